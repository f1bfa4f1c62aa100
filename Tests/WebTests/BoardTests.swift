import Clocks
import Model
import Testing
import Values
import Wire

@testable import Web

@Suite("What is known of the jobs")
struct BoardTests {
    static func id(_ name: String) -> EntryID { EntryID("app:\(name)") ?? EntryID() }

    static func job(_ name: String, runs: Int64 = 0, failures: Int64 = 0) -> JobStatus {
        var job = JobStatus()
        (job.entry, job.runs, job.failures) = (id(name), runs, failures)
        if runs > 0 {
            var last = JobStatus.Last()
            last.number = runs
            job.last = last
            job.counts = [.ok: runs]
        }
        return job
    }

    private let now = WallInstant(seconds: 1)

    @Test("has a version for each change, and none for what is as it was")
    func versions() {
        var board = Board()
        #expect(board.take([Self.job("a"), Self.job("b")], disabled: 0, at: now).count == 2)
        let first = board.version
        board.take(Strip(), of: Self.id("a"))
        board.take(Strip(), of: Self.id("b"))
        let second = board.version
        #expect(second > first && board.take([Self.job("a"), Self.job("b")], disabled: 0, at: now).isEmpty)
        #expect(board.version == second)
        // The history of one alone is to be looked at.
        #expect(
            board.take([Self.job("a", runs: 1), Self.job("b")], disabled: 0, at: now).map(\.entry) == [Self.id("a")])
        #expect(board.changes(after: second, most: 9).map(\.entry) == [Self.id("a")])
    }

    @Test("tells each job that has changed once, with its last version, and those that are gone")
    func changes() {
        var board = Board()
        _ = board.take([Self.job("a"), Self.job("b")], disabled: 0, at: now)
        for run in 1...5_000 { _ = board.take([Self.job("a", runs: Int64(run)), Self.job("b")], disabled: 0, at: now) }
        #expect(board.changes(after: 0, most: 99).map(\.entry) == [Self.id("b"), Self.id("a")])
        #expect(board.changes(after: 0, most: 1).map(\.entry) == [Self.id("b")])
        let version = board.version
        _ = board.take([Self.job("a", runs: 5_000)], disabled: 0, at: now)
        #expect(
            board.changes(after: version, most: 9).map(\.entry) == [Self.id("b")] && board.jobs[Self.id("b")] == nil)
        #expect(board.changes(after: board.version, most: 9).isEmpty)
    }

    @Test("has failing jobs first")
    func order() {
        var board = Board()
        _ = board.take([Self.job("a"), Self.job("z", failures: 1)], disabled: 3, at: now)
        #expect(board.ordered.map(\.status.entry) == [Self.id("z"), Self.id("a")])
        #expect(board.counts == Board.Counts(all: 2, failing: 1))
    }

    @Test("is told from that of another process")
    func identity() {
        #expect(News.version(in: "\(News.instance)-17") == 17)
        #expect(News.version(in: "x\(News.instance)-17") == 0 && News.version(in: "") == 0)
    }
}
