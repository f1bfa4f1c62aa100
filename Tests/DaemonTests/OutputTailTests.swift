import Clocks
import Links
import Model
import TestSupport
import Testing
import Values
import Wire

@testable import Daemon
@testable import Kernel

@Suite("What a run writes past the limit")
struct OutputTailTests {
    private let play: PlayedPool
    private var kernel: PlayedKernel { play.kernel }

    init() throws { play = try PlayedPool() }

    private func begin(_ process: PlayedProcess) throws -> SlotInstant {
        let slot = play.slot(10)
        kernel.now = kernel.now + .seconds(10)
        try process.say(.begin(.init(run: 1, slot: slot, next: slot + .seconds(10), lateness: .zero)))
        try play.turn()
        return slot
    }

    private func end(_ process: PlayedProcess, _ slot: SlotInstant) throws {
        try process.say(
            .end(
                .init(
                    run: 1, slot: slot, next: slot + .seconds(10), lateness: .zero, duration: .zero, outcome: .failed,
                    text: "exit 1", code: 1)))
        try play.turn()
    }

    private func write(_ texts: some Sequence<String>, _ process: PlayedProcess) throws {
        for text in texts {
            try process.say(.output(.init(stream: .standardError, run: 1, text: text)))
            try play.turn()
        }
    }

    /// The last records of a kind and of what follows it: the texts, `-lines/bytes`, and the record of the run.
    private func order() throws -> [String] {
        try play.records("entry=app:job.one").compactMap { record in
            func field(_ key: String) -> Substring? {
                record.firstRange(of: " \(key)=").map { record[$0.upperBound...].prefix { $0 != " " } }
            }
            if record.contains("Job output dropped") { return "-\(field("lines")!)/\(field("bytes")!)" }
            if record.contains("\"Job output\"") { return "\(field("text")!)" }
            if record.contains("TICK") { return "\(record.firstRange(of: "TICK CRASHED") == nil ? "end" : "crash")" }
            return record.contains("message=logged") ? "\(field("n")!)" : nil
        }
    }

    private var tail: [String] { (2_102...3_000).map { "\($0)" } + ["reason"] }

    @Test("is in the log with its last lines before the run's record, after the number of those between")
    func run() throws {
        let process = try play.start()
        let slot = try begin(process)
        try write((1...3_000).map { "\($0)" } + ["reason"], process)
        #expect(try order() == (1...1_000).map { "\($0)" })
        try end(process, slot)
        #expect(try order().dropFirst(1_000) == ["-1101/4404"] + tail + ["end"])
        #expect(try play.records("text=reason").first?.contains("run=1 stream=stderr") == true)
        #expect(try play.records("TICK").first?.hasSuffix("error=\"exit 1\" code=1") == true)
    }

    @Test("is there if the worker dies, before the word of that")
    func death() throws {
        let process = try play.start()
        _ = try begin(process)
        try write((1...3_000).map { "\($0)" } + ["reason"], process)
        kernel.exit(process, .signaled(9, dumpedCore: false))
        try play.reap()
        #expect(try order().dropFirst(1_000) == ["-1101/4404"] + tail + ["crash"])
    }

    @Test("by the logger or by itself is kept with all that it has")
    func kinds() throws {
        let process = try play.start()
        let slot = try begin(process)
        try write((1...1_000).map { "\($0)" }, process)
        for number in 1...1_000 {
            let field = Report.Log.Field(key: "n", value: "l\(number)")
            try process.say(.log(.init(level: .error, run: 1, message: "logged", fields: [field])))
            try play.turn()
        }
        try process.write(String(repeating: "x", count: 3_000) + "\n", to: 1)
        try play.turn()
        try end(process, slot)
        let order = try order()
        try #require(order.count == 1_902)
        #expect(order[1_000] == "-101/606" && order[1_001] == "l102" && order[1_899] == "l1000")
        #expect(order[1_900].hasSuffix("x…") && order[1_901] == "end")
        #expect(try play.records("n=l1000").first?.contains("level=ERROR message=logged") == true)
        #expect(try play.records("xxx").first?.contains("length=3000") == true)
    }

    @Test("goes on at the rate while the run lasts")
    func rate() throws {
        let process = try play.start()
        _ = try begin(process)
        try write((1...1_150).map { "\($0)" }, process)
        try play.passToDeadline()
        #expect(try order() == (1...1_100).map { "\($0)" })
        try play.passToDeadline()
        #expect(try order() == (1...1_150).map { "\($0)" })
    }

    @Test("gives way to that of younger runs where memory is short, and is counted")
    func memory() throws {
        let jobs = (0..<5).map { job($0, start: .distantFuture) }
        for (index, job) in jobs.enumerated() {
            job.output.finish(at: MonotonicInstant(nanoseconds: Int64(10 - index))) { _ in }
            job.output.lose(lines: 1, bytes: 1, at: MonotonicInstant(nanoseconds: 20))
            for _ in 0..<100 {
                Array("x".utf8).withUnsafeBytes {
                    _ = job.output.admit($0, .plain, full: 0, at: MonotonicInstant(nanoseconds: 20))
                }
            }
        }
        let each = jobs[0].output.footprint
        #expect(each >= 100)
        WorkerPool.giveUpOldest(of: jobs, most: 5 * each)
        #expect(jobs.allSatisfy { $0.output.footprint == each })
        WorkerPool.giveUpOldest(of: jobs, most: 3 * each)
        #expect(jobs.map { $0.output.footprint } == [each, each, each, 0, 0])
        var lost = 0
        jobs[4].output.finish(at: MonotonicInstant(nanoseconds: 20)) { part in
            if case .loss(let loss) = part { lost += loss.lines }
        }
        #expect(lost == 101)
    }
}
