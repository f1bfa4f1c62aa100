import Clocks
import Model
import Registry
import Testing

@Suite("The policy of a job's runs")
struct PolicyTests {
    private func policy(_ rest: String) throws -> RunPolicy {
        let found = JobEntries.definitions(in: load(job(rest: "method: m, \(rest)")))
        try #require(found.errors == [])
        return try #require(found.jobs.first).policy
    }

    @Test("is to wait for each run, and to skip what comes due meanwhile")
    func defaults() throws {
        let policy = try policy("args: []")
        #expect(policy.output.head == nil && policy.output.tail == 900)
        #expect(policy.timeout == nil && policy.overlap == .skip && policy.killAfter == .seconds(5))
    }

    @Test("may bound them")
    func keys() throws {
        let policy = try policy("timeout: 30s, kill_after: 250ms, overlap: queue")
        #expect(policy.timeout == .seconds(30) && policy.killAfter == .milliseconds(250) && policy.overlap == .queue)
        #expect(try self.policy("overlap: replace, kill_after: 1s").overlap == .replace)
        // An operator may end any run.
        #expect(try self.policy("kill_after: 1s").killAfter == .seconds(1))
    }

    @Test("may say how much of their output is logged")
    func output() throws {
        #expect(try policy("output: {head: 100, tail: 900}").output == OutputBounds(head: 100, tail: 900))
        #expect(try policy("output: {head: 0, tail: 10000}").output == OutputBounds(head: 0, tail: 10_000))
        #expect(try policy("output: {tail: 0}").output == OutputBounds(head: nil, tail: 0))
        #expect(try policy("output: {head: 10000}").output == OutputBounds(head: 10_000, tail: 900))
    }

    @Test("may ask for further attempts")
    func retry() throws {
        let retry = try #require(try policy("retry: {}").retry)
        #expect(retry == RunPolicy.Retry())
        #expect(
            retry.delays.maxAttempts == 3 && retry.delays.initialDelay == .seconds(1)
                && retry.delays.maxDelay == .seconds(60))
        #expect(
            retry.delays.backoffFactor == 2 && retry.delays.jitter == 0.1
                && retry.outcomes == [.failed, .timeout, .crashed])
        let keys = "max_attempts: 5, initial_delay: 10ms, max_delay: 2s, backoff_factor: 1.5, jitter: 0, on: [crashed]"
        let other = try #require(try policy("retry: {\(keys)}").retry)
        #expect(
            other.delays.maxAttempts == 5 && other.delays.initialDelay == .milliseconds(10)
                && other.delays.maxDelay == .seconds(2))
        #expect(other.delays.backoffFactor == 1.5 && other.delays.jitter == 0 && other.outcomes == [.crashed])
    }

    @Test("may make up for slots, bound how late they begin, and attempt again what was lost")
    func catchUp() throws {
        let usual = try policy("args: []")
        #expect(usual.catchUp == RunPolicy.CatchUp() && usual.catchUp.slots == .none)
        #expect(usual.startingDeadline == nil && usual.onLost == .skip)
        let short = try policy("catch_up: last, starting_deadline: 10m, on_lost: rerun")
        #expect(short.catchUp.slots == .last && short.startingDeadline == .seconds(600) && short.onLost == .rerun)
        let whole = try policy("catch_up: {slots: all, max: 10000, spread: 5m}").catchUp
        #expect(whole.slots == .all && whole.max == 10_000 && whole.spread == .seconds(300))
        #expect(try policy("catch_up: {slots: all}").catchUp.max == 100)
    }

    @Test("say what is kept of the job")
    func history() throws {
        #expect(try policy("args: []").history == RunPolicy.History())
        let history = try policy("history: {runs: 50, failures: 7, age: 2d, output: all, text: none}").history
        #expect(history.runs == 50 && history.failures == 7 && history.age == .seconds(172_800))
        #expect(history.output == .all && history.text == RunPolicy.History.Text.none)
        #expect(try policy("history: {output: none}").history.runs == nil)
    }

    @Test(
        "refuses what means nothing",
        arguments: [
            ("history: all", "history: expected a map, found "),
            ("history: {runs: 0}", "history.runs: expected a whole number from 1 to 1000000"),
            ("history: {age: 1s}", "history.age \"1s\" is too short; expected at least 1m"),
            ("history: {output: last}", "history.output: expected one of failures, all, none, found "),
            ("history: {text: some}", "history.text: expected one of all, none, found "),
            ("history: {keep: 1}", "history: unknown key 'keep'"),
            ("catch_up: latest", "catch_up: expected one of none, last, all, found "),
            ("catch_up: {max: 3}", "catch_up: no 'slots'; expected as in {slots: all, max: 100, spread: 10m}"),
            ("catch_up: {slots: all, max: 0}", "catch_up.max: expected a whole number from 1 to 10000"),
            ("catch_up: {slots: last, max: 3}", "catch_up.max: goes with slots: all"),
            ("catch_up: {slots: none, spread: 1m}", "catch_up.spread: goes with slots: last or all"),
            ("catch_up: {slots: all, after: 1m}", "catch_up: unknown key 'after'"),
            ("starting_deadline: 10", "starting_deadline \"10\" has no unit"),
            ("claim: yes", "claim: expected true or false"),
            (
                "claim: true",
                "claim: an interval's slots have no fixed times; expected meta.schedule or meta.align: true"
            ),
            ("on_lost: retry", "on_lost: expected one of skip, rerun, found "),
        ])
    func catchUpErrors(text: String, expected: String) {
        let found = JobEntries.definitions(in: load(job(rest: "method: m, \(text)")))
        #expect(found.errors.count == 1 && found.errors[0].message.contains(expected), "\(found.errors.map(\.message))")
    }

    @Test("may put the job into a group")
    func concurrency() throws {
        #expect(try policy("concurrency: {group: db, max: 2}").concurrency == .init(group: "db", max: 2))
        let waiting = try policy("concurrency: {group: db, max: 1, wait: 30s}").concurrency
        #expect(waiting == .init(group: "db", max: 1, wait: .seconds(30)))
    }

    @Test(
        "is refused where it makes no sense, with its line and column",
        arguments: [
            ("timeout: 5", "timeout \"5\" has no unit after 5; expected one of d, h, m, s, ms, us, ns, as in 5s"),
            ("timeout: 0s", "timeout \"0s\" is zero; expected a duration above zero such as 10s"),
            ("timeout: 10us", "timeout \"10us\" is too short; expected at least 1ms"),
            ("timeout: [1s]", "timeout: expected a duration such as \"10s\", found a list"),
            ("overlap: both", "overlap: expected one of skip, queue, replace, found the string 'both'"),
            ("overlap: true", "overlap: expected one of skip, queue, replace, found the boolean true"),
            ("retry: 3", "retry: expected a map, found the number 3"),
            (
                "retry: {max_attempts: 1}",
                "retry.max_attempts: expected a whole number from 2 to 1000, found the number 1"
            ),
            ("retry: {jitter: 2}", "retry.jitter: expected a number from 0 to 1, found the number 2"),
            (
                "retry: {delay: 1s}",
                "retry: unknown key 'delay'; expected one of backoff_factor, initial_delay, jitter, max_attempts, max_delay, on"
            ),
            (
                "retry: {initial_delay: 2m}",
                "retry: initial_delay 2m is above max_delay 1m (the default); expected at most that"
            ),
            ("retry: {on: failed}", "retry.on: expected a list of failed, timeout, crashed, found the string 'failed'"),
            (
                "retry: {on: [failed, skipped]}",
                "retry.on.1: expected one of failed, timeout, crashed, found the string 'skipped'"
            ),
            ("concurrency: db", "concurrency: expected a map, found the string 'db'"),
            ("concurrency: {max: 1}", "concurrency: no 'group'; expected as in {group: db, max: 2}"),
            ("concurrency: {group: db}", "concurrency: no 'max'; expected as in {group: db, max: 2}"),
            (
                "concurrency: {group: 5, max: 1}",
                "concurrency.group: expected a name of at most 128 bytes, found the number 5"
            ),
            (
                "concurrency: {group: db, max: 0}",
                "concurrency.max: expected a whole number from 1 to 1000000, found the number 0"
            ),
            ("output: 100", "output: expected a map, found the number 100"),
            (
                "output: {head: 10001}", "output.head: expected a whole number from 0 to 10000, found the number 10001"
            ),
            ("output: {tail: -1}", "output.tail: expected a whole number from 0 to 10000, found the number -1"),
            ("output: {tail: many}", "output.tail: expected a whole number from 0 to 10000, found the string 'many'"),
            ("output: {heads: 1}", "output: unknown key 'heads'; did you mean 'head'?"),
            ("output: {keep: failures}", "output: unknown key 'keep'; expected one of head, tail"),
            ("timeot: 1s", "unknown key 'timeot'; did you mean 'timeout'?"),
            ("overlaps: skip", "unknown key 'overlaps'; did you mean 'overlap'?"),
            ("timeout: 1s, kill_afer: 1s", "unknown key 'kill_afer'; did you mean 'kill_after'?"),
        ])
    func refusals(rest: String, message: String) throws {
        #expect(try jobMessages(job(rest: "method: m, \(rest)")) == [message])
    }

    @Test("is part of the job: a change of it is a change of the job")
    func identity() throws {
        let texts = [
            "args: []", "timeout: 1s", "timeout: 2s", "overlap: queue", "timeout: 1s, kill_after: 1s", "retry: {}",
            "retry: {max_attempts: 4}", "output: {head: 1}", "output: {tail: 1}", "concurrency: {group: db, max: 1}",
            "concurrency: {group: db, max: 2}",
        ]
        let jobs = texts.compactMap { JobEntries.definitions(in: load(job(rest: "method: m, \($0)"))).jobs.first }
        for (index, job) in jobs.enumerated() {
            for (other, another) in jobs.enumerated() { #expect(job.isSameJob(as: another) == (index == other)) }
        }
    }
}
