import Clocks
import Model
import Registry
import Testing
import Values

@Suite("The functions that a job calls with what becomes of it")
struct HookTests {
    private let alert = EntryID(namespace: "app", name: "alert")!

    /// A job with these keys, and other entries after it.
    private func found(_ keys: String, _ entries: String...) -> JobEntries.Found {
        let text = """
            namespace: app
            entries:
              - {name: job, kind: function.swift, method: m, \(keys), meta: {type: cron.job, interval: 1s}}

            """
        return JobEntries.definitions(in: load(text + entries.map { "  - \($0)\n" }.joined()))
    }

    private let function = "{name: alert, kind: function.exec, command: [mail], timeout: 5s}"

    @Test("are named by their entries' IDs, alone or in a map with more")
    func forms() throws {
        let short = found("on_failure: app:alert, on_recovery: app:alert, on_late: app:alert", function)
        try #require(short.errors == [])
        var hooks = JobHooks()
        (hooks.onFailure, hooks.onRecovery, hooks.onLate) = (alert, alert, alert)
        #expect(short.jobs.first?.policy.hooks == hooks)
        #expect(hooks.failures == 1 && hooks.lateAfter == .seconds(30))
        let long = found(
            "on_failure: {function: app:alert, failures: 3}, on_recovery: {function: app:alert}, "
                + "on_late: {function: app:alert, after: 2m}, on_long: {after: 1h, function: app:alert}", function)
        try #require(long.errors == [])
        (hooks.failures, hooks.lateAfter) = (3, .seconds(120))
        hooks.onLong = .call(alert, after: .seconds(3_600))
        #expect(long.jobs.first?.policy.hooks == hooks)
    }

    @Test("are entries with bounds of their own, each once, whether or not they are jobs")
    func entries() throws {
        let found = found("on_failure: app:alert, on_late: app:alert", function)
        #expect(found.hookFunctions.map(\.id) == [alert] && found.jobs.count == 1)
        let called = try #require(found.hookFunctions.first)
        #expect(called.isHookOnly && called.policy.timeout == .seconds(5))
        #expect(found.functions.map(\.entry).contains(alert))
        let job = "{name: alert, kind: function.exec, command: [mail], meta: {type: cron.job, interval: 1h}}"
        #expect(self.found("on_failure: app:alert", job).hookFunctions.isEmpty)
        // Out of service as a job, and called all the same.
        let off =
            "{name: alert, kind: function.exec, command: [x], meta: {type: cron.job, interval: 1h, enabled: false}}"
        #expect(self.found("on_failure: app:alert", off).hookFunctions.map(\.id) == [alert])
    }

    @Test("are found where a job only wants to know of long runs")
    func onLong() throws {
        let found = found("on_long: {after: 1h, function: app:alert}", function)
        try #require(found.errors == [])
        #expect(found.hookFunctions.map(\.id) == [alert])
    }

    @Test("may be disabled jobs, whose keys for slots are allowed and bound no calls")
    func outOfService() throws {
        let off = """
            {name: alert, kind: function.exec, command: [x], retry: {}, overlap: queue, on_failure: app:job, timeout: 5s, \
            concurrency: {group: g, max: 1}, meta: {type: cron.job, interval: 1h, enabled: false}}
            """
        let found = found("on_failure: app:alert", off)
        try #require(found.errors == [])
        var policy = RunPolicy()
        (policy.timeout, policy.retry) = (.seconds(5), RunPolicy.Retry())
        #expect(found.hookFunctions.map(\.policy) == [policy])
        #expect(found.functions.count == 2)
    }

    @Test("are blamed once for an error, if they are jobs, and for none that they do not have")
    func jobWithError() {
        let wrong =
            "{name: alert, kind: function.exec, command: [x], retry: {}, timeout: 3x, "
            + "meta: {type: cron.job, interval: 1h}}"
        #expect(found("on_failure: app:alert", wrong).errors.map { $0.message.prefix(7) } == ["timeout"])
    }

    @Test(
        "must be there, and be functions that can be called",
        arguments: [
            (
                "on_failure: app:nobody",
                "on_failure: no entry 'app:nobody' in the registry; expected the ID of a function"
            ),
            (
                "on_failure: alert",
                "on_failure: expected the ID of an entry such as app:alert, found the string 'alert'"
            ),
            ("on_late: {after: 1s}", "on_late: no 'function'; expected the ID of an entry"),
            (
                "on_late: {function: app:nobody}",
                "on_late.function: no entry 'app:nobody' in the registry; expected the ID of a function"
            ),
            ("on_long: app:alert", "on_long: expected a map, found the string 'app:alert'"),
            (
                "on_long: {function: app:alert}",
                "on_long: no 'after'; expected as in {after: 10m, function: app:alert}"
            ),
            ("on_long: {after: 1h}", "on_long: no 'function'; expected as in {after: 10m, function: app:alert}"),
            (
                "on_long: {after: 1h, function: app:nobody}",
                "on_long.function: no entry 'app:nobody' in the registry; expected the ID of a function"
            ),
            ("on_recovery: app:host", "on_recovery: 'app:host' is a process.host; expected a function"),
            (
                "on_recovery: {function: app:host, failures: 2}",
                "on_recovery: unknown key 'failures'; expected one of function"
            ),
            (
                "on_failure: app:busy",
                "on_failure: 'app:busy' waits for its group 'concurrency'; expected a function that can be called at any time"
            ),
            (
                "on_failure: app:nested",
                "on_late: goes with a cron.job; expected none in the function of a hook"
            ),
            ("on_failure: app:again", "overlap: goes with a cron.job; expected none in the function of a hook"),
            ("on_failure: app:empty", "no 'method' in the function; expected the name of a function"),
            (
                "on_failure: {function: app:alert, failures: 0}",
                "on_failure.failures: expected a whole number from 1 to 1000000, found the number 0"
            ),
        ])
    func refusals(keys: String, message: String) throws {
        let found = found(
            keys, function, "{name: host, kind: process.host}", "{name: empty, kind: function.swift}",
            "{name: nested, kind: function.swift, method: m, on_late: app:alert}",
            "{name: again, kind: function.swift, method: m, retry: {}, overlap: queue}",
            "{name: busy, kind: function.swift, method: m, concurrency: {group: g, max: 1}, "
                + "meta: {type: cron.job, interval: 1s}}")
        let error = try #require(found.errors.first)
        #expect(error.message.hasPrefix(message), "\(error.message)")
        #expect(found.errors.count == 1 && error.location.line >= 3)
    }
}

@Suite("The jobs of a group")
struct GroupCheckTests {
    @Test("name the same bound")
    func bound() throws {
        let text = """
            namespace: app
            entries:
              - {name: a, kind: function.swift, method: m, concurrency: {group: db, max: 2}, meta: {type: cron.job, interval: 1s}}
              - {name: b, kind: function.swift, method: m, concurrency: {group: io, max: 3}, meta: {type: cron.job, interval: 1s}}
              - name: c
                kind: function.swift
                method: m
                concurrency:
                  group: db
                  max: 3
                meta: {type: cron.job, interval: 1s}

            """
        let error = try #require(JobEntries.definitions(in: load(text)).errors.first)
        #expect(error.location.line == 10 && error.location.column == 12)
        #expect(error.message.hasPrefix("concurrency.max: 3 is not the 2 that app:a has at "))
        #expect(error.message.hasSuffix("for the group 'db'; expected the same in all of its jobs"))
    }
}
