import Clocks
import Model
import Registry
import Schedules
import Testing
import Values

@Suite("Defaults")
struct DefaultsTests {
    private static let alert = "{name: alert, kind: function.exec, command: [mail]}"

    /// Entries of one namespace, a line each from the third on.
    private func found(_ entries: String...) -> JobEntries.Found {
        JobEntries.definitions(in: loaded(entries), zones: someZones)
    }

    private func loaded(_ entries: [String]) -> RegistryLoad {
        load("namespace: app\nentries:\n" + entries.map { "- \($0)\n" }.joined())
    }

    private func job(_ keys: String, meta: String = "interval: 1m", name: String = "job") -> String {
        "{name: \(name), kind: function.exec, command: x, \(keys)meta: {type: cron.job, \(meta)}}"
    }

    private func defaults(_ keys: String) -> String { "{name: d, kind: cron.defaults, \(keys)}" }

    @Test("stand for what a job leaves out")
    func values() throws {
        let found = found(
            Self.alert,
            defaults(
                "timeout: 10m, kill_after: 1s, umask: '027', on_failure: app:alert, output: {tail: 5}, shell: /bin/bash, "
                    + "comment: c, x-note: 1"),
            job(""), job("timeout: 5s, output: {head: 3}, ", name: "own"))
        try #require(found.errors == [] && found.notes == [], "\(found.errors) \(found.notes)")
        let (job, own) = (found.jobs[0], found.jobs[1])
        #expect(job.policy.timeout == .seconds(600) && job.policy.killAfter == .seconds(1))
        #expect(job.process.umask == 0o27 && job.policy.hooks.onFailure?.description == "app:alert")
        #expect(job.policy.output.tail == 5)
        #expect(job.data["comment"] == nil && job.data["x-note"] == nil)
        guard case .exec(let command) = job.function else { throw Unexpected() }
        #expect(command.program == .shell(text: "x", shell: "/bin/bash"))
        #expect(own.policy.timeout == .seconds(5) && own.policy.output.head == 3)
        // A map of the job's own stands as a whole.
        #expect(own.policy.output.tail == OutputBounds.defaultTail)
    }

    private struct Unexpected: Error {}

    @Test("of an environment, of limits and of the life of a worker stand key by key")
    func openMaps() throws {
        let found = found(
            defaults(
                "environment: {A: 1, B: 2, C: 3}, limits: {open_files: 100, core: 0}, "
                    + "lifecycle: {stop_timeout: 3s, restart: {max_attempts: 5, jitter: 0}}"),
            job(
                "environment: {B: own, C: ~}, limits: {open_files: 200}, "
                    + "lifecycle: {stable_threshold: 1s, restart: {jitter: 1}}, "))
        try #require(found.errors == [], "\(found.errors)")
        let job = found.jobs[0]
        #expect(
            job.data["environment"]
                == .map(.init([("B", .string("own")), ("C", .null), ("A", .int(1))])))
        #expect(job.process.limits == [.init(.openFiles, 200), .init(.core, 0)])
        #expect(job.lifecycle.stopTimeout == .seconds(3) && job.lifecycle.stableThreshold == .seconds(1))
        #expect(job.lifecycle.restart.maxAttempts == 5 && job.lifecycle.restart.jitter == 1)
    }

    @Test("are taken away by a null")
    func null() throws {
        let found = found(
            Self.alert,
            defaults("timeout: 10m, on_failure: app:alert, limits: {core: 0, open_files: 100}, meta: {jitter: 1s}"),
            job("timeout: ~, on_failure: , limits: {core: ~}, ", meta: "interval: 1m, jitter: ~"))
        try #require(found.errors == [], "\(found.errors)")
        let job = found.jobs[0]
        #expect(job.policy.timeout == nil && job.policy.hooks.isEmpty && job.schedule.jitter == .zero)
        #expect(job.process.limits == [.init(.openFiles, 100)])
        // Where there is no default it is what it is without one.
        #expect(self.found(self.job("timeout: ~, ")).errors.count == 1)
    }

    @Test("stand only where they mean something")
    func fitting() throws {
        let found = found(
            defaults(
                "kill_after: 1s, shell: /bin/bash, on_failure: app:a, meta: {timezone: Europe/Riga, jitter: 1s, own: 1}"
            ),
            job("", name: "a"), job("overlap: replace, ", meta: "schedule: '@daily'", name: "b"),
            job("", meta: "schedule: '@reboot'", name: "c"), job("", meta: "schedule: '@every 5m'", name: "d2"),
            job("", meta: "interval: 1h, align: true", name: "e"),
            "{name: f, kind: function.exec, command: [x], meta: {type: [other, cron.job], interval: 1m}}")
        try #require(found.errors == [], "\(found.errors)")
        #expect(found.jobs.allSatisfy { $0.policy.killAfter == .seconds(1) })
        #expect(found.jobs.map { $0.schedule.zone?.name == "Europe/Riga" } == [false, true, false, false, true, false])
        #expect(found.jobs.map { $0.schedule.jitter > .zero } == [true, true, false, true, true, true])
        #expect(found.jobs.map { $0.policy.hooks.isEmpty } == [true, false, false, false, false, false])
        #expect(found.jobs.map { $0.data["shell"] != nil } == [true, true, true, true, true, false])
        #expect(found.jobs.allSatisfy { $0.meta["own"] == nil })
    }

    @Test("are those of jobs in the same namespace, in any file, and of no other entry")
    func scope() throws {
        let job = "{name: job, kind: function.swift, method: m, meta: {type: cron.job, interval: 1s}}"
        let load = load([
            "a.yaml": "namespace: app\nentries: [\(job), {name: other, kind: function.swift, method: m}]",
            "b.yaml": "namespace: app\nentries: [{name: d, kind: cron.defaults, timeout: 5s}]",
            "c.yaml": "namespace: app.sub\nentries: [\(job)]",
        ])
        let found = JobEntries.definitions(in: load)
        try #require(found.errors == [])
        #expect(found.jobs.map(\.policy.timeout) == [.seconds(5), nil])
        let snapshot = try #require(load.snapshot)
        #expect(snapshot.entries.map { $0.data["timeout"] != nil } == [true, false, true, false])
        let id = try #require(EntryID("app:job"))
        #expect(load.location(of: ["timeout"], in: id)?.description == "b.yaml:2:51")
        #expect(load.origin(of: ["timeout"], in: id) == .defaults(try #require(EntryID("app:d"))))
        #expect(load.origin(of: ["method"], in: id) == .entry)
    }

    @Test(
        "are checked by themselves, and told once",
        arguments: [
            ("timeout: 5", "timeout \"5\" has no unit after 5; expected one of d, h, m, s, ms, us, ns, as in 5s"),
            ("timout: 5s", "unknown key 'timout'; did you mean 'timeout'?"),
            ("command: [x]", "unknown key 'command'; did you mean 'comment'?"),
            ("args: [x]", "unknown key 'args'; expected one of group, nice, ping, umask, user and 28 more"),
            ("environment: {A: []}", "environment.A: expected a string or a number, found a list"),
            ("shell: bash", "shell: expected an absolute path such as /bin/bash, found the string 'bash'"),
            ("user: nobody-there", "user: no user 'nobody-there' on this machine"),
            (
                "meta: {timezone: Mars}",
                "meta.timezone: 'Mars' is no time zone of this machine; did you mean 'Europe/Riga'?"
            ),
            ("meta: {jitter: x}", "meta.jitter \"x\" has no number before 'x'; expected a duration such as 10s"),
            ("meta: {interval: 1s}", "meta.interval: cannot be a default; expected it in each job"),
            ("meta: {enabled: false}", "meta.enabled: cannot be a default; expected it in each job"),
        ])
    func errors(keys: String, complaint: String) {
        let found = found(defaults(keys), job("", meta: "schedule: '@daily'"), job("", name: "other"))
        #expect(
            found.errors.map(\.message) == [complaint])
        #expect(found.errors.first?.location.line == 3)
    }

    @Test("that go wrong with what a job says are told with the job, and in the place of both")
    func together() {
        let found = found(defaults("meta: {jitter: 30s}"), job("", meta: "interval: 10s"), job("", name: "other"))
        #expect(
            found.errors.map(\.description) == [
                "registry.yaml:3:49: meta.jitter: is not below the interval; expected less than 10s (a default, for app:job)"
            ])
    }

    @Test("whose function is not there are told for the first job")
    func missingHook() {
        let found = found(defaults("on_failure: app:none"), job(""), job("", name: "other"))
        #expect(
            found.errors.map(\.message) == [
                "on_failure: no entry 'app:none' in the registry; expected the ID of a function (a default, for app:job)"
            ])
    }

    @Test("stand once in a namespace, and for a job at least")
    func once() {
        let two = found(defaults("timeout: 5s"), "{name: e, kind: cron.defaults}", job(""))
        #expect(
            two.errors.map(\.description) == [
                "registry.yaml:4:19: a second cron.defaults of the namespace 'app'; the first is 'app:d' at registry.yaml:3:3"
            ])
        #expect(
            found(defaults("timeout: 5s"), Self.alert).notes.map(\.message).first
                == "no job in the namespace 'app' to have these defaults")
        #expect(
            found("{name: d, kind: cron.defaults, meta: {type: cron.job}}").errors.map(\.message) == [
                "kind: 'cron.defaults' cannot be a cron.job; expected one of function.swift, function.lua, function.exec"
            ])
    }

    @Test("count among the values of the registry, for each job")
    func limit() {
        let text =
            "namespace: app\nentries:\n"
            + [defaults("environment: {A: 1, B: 2}"), job("")].map { "- \($0)\n" }.joined()
        var limits = RegistryLimits()
        let most = (1...200).first { count in
            limits.totalNodes = count
            return load(text, limits: limits).errors.isEmpty
        }
        limits.totalNodes = (most ?? 0) - 1
        #expect(
            load(text, limits: limits).errors.map(\.description) == [
                "registry.yaml:3:3: with these in each job the registry has more than \((most ?? 0) - 1) values; expected at most that many"
            ])
        // The two maps of the entry, the environment, and what is in it.
        limits.totalNodes = (most ?? 0) - 6
        #expect(load(text, limits: limits).errors.first?.message.hasPrefix("the registry has more than") == true)
    }

    @Test("make another job of each when they change")
    func changes() throws {
        let (one, same, other) = (
            found(defaults("timeout: 5s"), job("")), found(job(""), defaults("timeout: 5s")),
            found(defaults("timeout: 6s"), job(""))
        )
        #expect(one.jobs[0].isSameJob(as: same.jobs[0]) && !one.jobs[0].isSameJob(as: other.jobs[0]))
    }
}
