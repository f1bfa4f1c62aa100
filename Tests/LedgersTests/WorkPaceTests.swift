import Clocks
import LedgerStore
import TestSupport
import Testing

@testable import Ledger

@Suite("The pace of a ledger")
struct WorkPaceTests {
    private func at(_ milliseconds: Int64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: 1_000_000_000_000) + .milliseconds(milliseconds)
    }

    /// So many commits of each kind in ten seconds of steady records.
    private func commits(_ sync: LedgerOptions.Sync) -> (process: Int, power: Int) {
        var pace = WorkPace(sync, at: at(0))
        var counts = (process: 0, power: 0)
        for step in 0..<1_000 {
            let now = at(Int64(step) * 10)
            guard now >= pace.nextRead else { continue }
            pace.read(any: true, at: now)
            let durability = pace.durability(at: now)
            if durability == .power { counts.power += 1 } else { counts.process += 1 }
            pace.committed(durability, at: now)
        }
        return counts
    }

    @Test("makes one commit a second that outlives a loss of power, or all, or none")
    func durability() {
        #expect(commits(.second) == (40, 10))
        #expect(commits(.always) == (0, 50))
        #expect(commits(.off) == (50, 0))
    }

    @Test("leaves nothing that was committed unsafe for longer than a second")
    func barrier() {
        var pace = WorkPace(.second, at: at(0))
        pace.committed(.power, at: at(0))
        pace.committed(.process, at: at(200))
        #expect(!pace.barrierIsDue(at: at(900)) && pace.barrierIsDue(at: at(1_000)))
        #expect(pace.deadline(unfolded: 0, isAsleep: true) == at(1_000))
        pace.committed(.power, at: at(1_000))
        #expect(!pace.barrierIsDue(at: at(9_000)))
    }

    @Test("folds at a number of rows, after a time, and when nothing comes")
    func fold() {
        var pace = WorkPace(.second, at: at(0))
        pace.read(any: true, at: at(1_000))
        #expect(!pace.foldIsDue(0, at: at(900_000)))
        #expect(!pace.foldIsDue(19_999, at: at(2_000)) && pace.foldIsDue(20_000, at: at(2_000)))
        #expect(!pace.foldIsDue(1, at: at(5_900)) && pace.foldIsDue(1, at: at(6_000)))
        for second in 2..<600 { pace.read(any: true, at: at(Int64(second) * 1_000)) }
        #expect(!pace.foldIsDue(1, at: at(599_900)) && pace.foldIsDue(1, at: at(600_000)))
    }

    @Test("has nothing to wake up for when nothing comes")
    func idle() {
        var pace = WorkPace(.second, at: at(0))
        pace.read(any: true, at: at(0))
        pace.committed(.power, at: at(0))
        #expect(pace.deadline(unfolded: 1, isAsleep: true) == at(5_000))
        pace.folded(at: at(5_000))
        #expect(pace.pruningIsDue(at: at(5_000)))
        pace.pruned(isDone: false, at: at(5_000))
        #expect(pace.deadline(unfolded: 0, isAsleep: true) == at(6_000))
        pace.pruned(isDone: true, at: at(6_000))
        #expect(pace.deadline(unfolded: 0, isAsleep: true) == at(60_000) && pace.restIsDue(at: at(60_000)))
        pace.rested()
        #expect(pace.deadline(unfolded: 0, isAsleep: true) == .distantFuture)
        #expect(pace.deadline(unfolded: 0, isAsleep: false) < .distantFuture)
    }
}

@Suite("The trust in the wall clock")
struct ClockTrustTests {
    private func moment(_ seconds: Int64, ahead: Int64 = 0) -> Moment {
        Moment(
            monotonic: MonotonicInstant(nanoseconds: seconds * 1_000_000_000),
            wall: WallInstant(seconds: 2_000_000_000 + seconds + ahead))
    }

    @Test("comes after an hour in which it ran evenly, and goes when it is set")
    func trust() {
        let retention = Retention()
        var trust = ClockTrust(at: moment(0))
        #expect(trust.apply(to: retention, at: moment(3_599)) == retention.whateverTheTime)
        #expect(trust.apply(to: retention, at: moment(3_600)) == retention)
        #expect(trust.apply(to: retention, at: moment(3_700, ahead: 30)) == retention)
        let years = Int64(3_000_000_000)
        #expect(trust.apply(to: retention, at: moment(3_800, ahead: years)) == retention.whateverTheTime)
        #expect(trust.apply(to: retention, at: moment(3_900)) == retention.whateverTheTime)
        #expect(trust.apply(to: retention, at: moment(7_500)) == retention)
    }
}

@Suite("The command line of cronledger")
struct LedgerOptionsTests {
    @Test("is read")
    func read() throws {
        let options = try LedgerOptions([
            "--memory", "/m", "--state", "/s", "--size", "1048576", "--sync", "always", "--network-file-system",
            "--runtime", "/r", "--operators", "7",
        ])
        #expect(options.memory == "/m" && options.state == "/s" && options.size == 1_048_576)
        #expect(options.sync == .always && options.allowsNetwork && options.runtime == "/r" && options.operators == "7")
    }

    @Test(
        "is refused with what is wrong with it",
        arguments: [
            (["--memory"], "--memory has no value"), (["--memory", "/m"], "--state \"\" is no absolute path"),
            (["--memory", "m", "--state", "/s"], "--memory \"m\" is no absolute path"),
            (["--size", "0"], "--size \"0\" is no number of bytes"), (["--what", "1"], "no option --what"),
            (["--sync", "2s"], "--sync \"2s\" is none of 1s, off and always"),
        ])
    func refused(_ arguments: [String], _ text: String) {
        #expect(throws: LedgerOptions.UsageError(description: text)) { try LedgerOptions(arguments) }
    }
}
