import Clocks
import Model
import Registry
import Testing

@Suite("A lifecycle")
struct LifecycleTests {
    private func lifecycle(_ text: String) throws -> Lifecycle {
        let result = JobEntries.definitions(in: load(job(rest: "method: m, lifecycle: \(text)")))
        return try #require(result.jobs.first, "\(result.errors)").lifecycle
    }

    @Test("says all that it can say")
    func full() throws {
        let lifecycle = try lifecycle(
            """
            {stop_timeout: 5s, stable_threshold: 1m, restart: {initial_delay: 250ms, max_delay: 10s,
             backoff_factor: 1.5, jitter: 0, max_attempts: 0}}
            """)
        #expect(lifecycle.stopTimeout == .seconds(5))
        #expect(lifecycle.stableThreshold == .seconds(60))
        #expect(lifecycle.restart.initialDelay == .milliseconds(250))
        #expect(lifecycle.restart.maxDelay == .seconds(10))
        #expect(lifecycle.restart.backoffFactor == 1.5)
        #expect(lifecycle.restart.jitter == 0)
        #expect(lifecycle.restart.maxAttempts == 0)
    }

    @Test("leaves what it does not say at the default")
    func defaults() throws {
        #expect(try lifecycle("{}") == Lifecycle())
        #expect(try lifecycle("{restart: {}}") == Lifecycle())
        var expected = Lifecycle()
        expected.restart.maxDelay = .seconds(1)
        #expect(try lifecycle("{restart: {max_delay: 1s}}") == expected)
    }

    @Test(
        "accepts the ends of each range",
        arguments: [
            "{restart: {backoff_factor: 1}}", "{restart: {backoff_factor: 100.0}}", "{restart: {jitter: 1}}",
            "{restart: {jitter: 0.0}}", "{restart: {max_attempts: 1000000}}", "{stop_timeout: 1ms}",
            "{restart: {initial_delay: 60s}}",
        ])
    func ends(text: String) throws {
        _ = try lifecycle(text)
    }

    @Test(
        "says nothing else",
        arguments: [
            ("5", ["lifecycle: expected a map, found the number 5"]),
            ("", ["lifecycle: expected a map, found nothing"]),
            (
                "{start: true}",
                ["lifecycle: unknown key 'start'; expected one of restart, stable_threshold, stop_timeout"]
            ),
            ("{stop_timout: 5s}", ["lifecycle: unknown key 'stop_timout'; did you mean 'stop_timeout'?"]),
            ("{restart: [1]}", ["lifecycle.restart: expected a map, found a list"]),
            ("{restart: {max_delays: 1s}}", ["lifecycle.restart: unknown key 'max_delays'; did you mean 'max_delay'?"]),
            (
                "{stop_timeout: 5}",
                ["lifecycle.stop_timeout \"5\" has no unit after 5; expected one of d, h, m, s, ms, us, ns, as in 5s"]
            ),
            ("{stable_threshold: 1us}", ["lifecycle.stable_threshold \"1us\" is too short; expected at least 1ms"]),
            ("{stop_timeout: [1s]}", ["lifecycle.stop_timeout: expected a duration such as \"10s\", found a list"]),
            (
                "{restart: {backoff_factor: 0.5}}",
                ["lifecycle.restart.backoff_factor: expected a number from 1 to 100, found the number 0.5"]
            ),
            (
                "{restart: {backoff_factor: 101}}",
                ["lifecycle.restart.backoff_factor: expected a number from 1 to 100, found the number 101"]
            ),
            (
                "{restart: {backoff_factor: .nan}}",
                ["lifecycle.restart.backoff_factor: expected a number from 1 to 100, found the number .nan"]
            ),
            (
                "{restart: {jitter: 1.1}}",
                ["lifecycle.restart.jitter: expected a number from 0 to 1, found the number 1.1"]
            ),
            (
                "{restart: {jitter: x}}",
                ["lifecycle.restart.jitter: expected a number from 0 to 1, found the string 'x'"]
            ),
            (
                "{restart: {max_attempts: -1}}",
                ["lifecycle.restart.max_attempts: expected a whole number from 0 to 1000000, found the number -1"]
            ),
            (
                "{restart: {max_attempts: 1.5}}",
                ["lifecycle.restart.max_attempts: expected a whole number from 0 to 1000000, found the number 1.5"]
            ),
            (
                "{restart: {initial_delay: 10s, max_delay: 1s}}",
                ["lifecycle.restart: initial_delay 10s is above max_delay 1s; expected at most that"]
            ),
            (
                "{restart: {initial_delay: 2m}}",
                ["lifecycle.restart: initial_delay 2m is above max_delay 1m (the default); expected at most that"]
            ),
            (
                "{restart: {max_delay: 10ms}}",
                ["lifecycle.restart: initial_delay 1s (the default) is above max_delay 10ms; expected at most that"]
            ),
            (
                "{a: 1, restart: {jitter: 2, b: 3}}",
                [
                    "lifecycle: unknown key 'a'; expected one of restart, stable_threshold, stop_timeout",
                    "lifecycle.restart.jitter: expected a number from 0 to 1, found the number 2",
                    "lifecycle.restart: unknown key 'b'; expected one of "
                        + "backoff_factor, initial_delay, jitter, max_attempts, max_delay",
                ]
            ),
        ])
    func illegal(text: String, complaints: [String]) throws {
        #expect(try jobMessages(job(rest: "method: m, lifecycle: \(text)")) == complaints)
    }

    @Test("may have the keys that Wippy has, with a note that they have no effect")
    func foreign() throws {
        let load = load(job(rest: "method: m, lifecycle: {auto_start: true, depends_on: ['a:b'], start_timeout: 10s}"))
        let found = JobEntries.definitions(in: load)
        #expect(found.errors == [] && found.jobs.count == 1)
        #expect(
            found.notes.map(\.message) == [
                "lifecycle.auto_start: has no effect in cronsupd", "lifecycle.depends_on: has no effect in cronsupd",
                "lifecycle.start_timeout: has no effect in cronsupd",
            ])
    }
}
