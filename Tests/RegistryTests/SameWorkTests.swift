import Model
import Registry
import Testing
import Values

@Suite("The work of a job")
struct SameWorkTests {
    private func definition(meta: String, rest: String = "method: tick") throws -> JobDefinition {
        let found = JobEntries.definitions(in: load(job(meta: meta, rest: rest)), zones: someZones)
        try #require(found.errors == [])
        return try #require(found.jobs.first)
    }

    @Test(
        "stays the same whatever becomes of its schedule",
        arguments: [
            "interval: 2s", "interval: 1000ms", "schedule: '0 4 * * *'", "schedule: '@reboot'",
            "schedule: '0 0 4 * * *', seconds: first, timezone: Europe/Riga", "interval: 1s, align: true",
            "interval: 1s, at_start: true", "interval: 1s, jitter: 10ms", "interval: 1s, splay: 10ms",
            "interval: 1s, starts_at: 2026-01-01T00:00:00Z, ends_at: 2036-01-01T00:00:00Z",
            "enabled: true, interval: 1s",
        ])
    func schedule(meta: String) throws {
        let before = try definition(meta: "comment: c, interval: 1s")
        let after = try definition(meta: "comment: c, \(meta)")
        #expect(before.isSameWork(as: after))
        #expect(!before.isSameJob(as: after))
    }

    @Test(
        "is another with anything else that the worker does by",
        arguments: [
            ("comment: other, interval: 1s", "method: tick"), ("interval: 1s", "method: tick"),
            ("comment: c, interval: 2s", "method: tock"), ("comment: c, interval: 2s", "method: tick, args: [1]"),
            ("comment: c, interval: 2s", "method: tick, timeout: 1s"),
            ("comment: c, interval: 2s", "method: tick, nice: 1"),
            ("comment: c, interval: 2s", "method: tick, lifecycle: {stop_timeout: 1s}"),
        ])
    func other(meta: String, rest: String) throws {
        let before = try definition(meta: "comment: c, interval: 1s")
        #expect(try !before.isSameWork(as: definition(meta: meta, rest: rest)))
    }

    @Test("is another in another file, and with another source")
    func source() throws {
        let before = try definition(meta: "interval: 1s")
        var moved = before
        moved.location.line += 1
        #expect(before.isSameWork(as: moved))
        moved.location.file = "other.yaml"
        #expect(!before.isSameWork(as: moved))
        var rewritten = before
        rewritten.sourceVersion = "2"
        #expect(!before.isSameWork(as: rewritten))
    }
}
