import Clocks
import Model
import Testing
import Wire

@testable import Daemon

@Suite("What a run writes to its output")
struct OutputOrderTests {
    private let play: PlayedPool
    private let process: PlayedProcess
    private let slot: SlotInstant

    init() throws {
        play = try PlayedPool()
        process = try play.start()
        slot = play.slot(10)
        play.kernel.now = play.kernel.now + .seconds(10)
    }

    private func begin() throws {
        try process.say(.begin(.init(run: 1, slot: slot, next: slot + .seconds(10), lateness: .zero)))
    }

    private func end() throws {
        try process.say(
            .end(
                .init(
                    run: 1, slot: slot, next: slot + .seconds(10), lateness: .zero, duration: .zero, outcome: .ok,
                    text: "fine")))
    }

    /// `text run` of each line of output, and `TICK`.
    private func records() throws -> [String] {
        try play.records("message=").compactMap { record in
            func field(_ key: String) -> Substring {
                record.split(separator: " ").first { $0.hasPrefix("\(key)=") }?.dropFirst(key.count + 1) ?? "-"
            }
            if record.contains("message=TICK ") { return "TICK" }
            return record.contains("Job output") ? "\(field("text")) \(field("run"))" : nil
        }
    }

    @Test("is logged before its end and with its number, whichever pipe is read first", arguments: [false, true])
    func order(outputFirst: Bool) throws {
        if !outputFirst { try begin() }
        try process.write("line\nopen", to: 1)
        if outputFirst { try begin() }
        try end()
        try play.turn()
        #expect(try records() == ["line 1", "open 1", "TICK"])
    }

    @Test("has the number of the run that is going, and none between two runs")
    func number() throws {
        try process.write("before\n", to: 1)
        try play.turn()
        try begin()
        try process.write("one\ntw", to: 1)
        try play.turn()
        try process.write("o\n", to: 2)
        try end()
        try play.turn()
        try process.write("after\n", to: 1)
        try play.turn()
        #expect(try records() == ["before -", "one 1", "two 1", "TICK", "after -"])
    }

    @Test("is all that the pipe holds")
    func much() throws {
        try begin()
        try play.turn()
        let line = String(repeating: "x", count: 19_999) + "\n"
        try process.write(line + line + line, to: 1)
        try process.write("last", to: 1)
        try end()
        try play.turn()
        let all = try records()
        #expect(all.count == 5 && all.suffix(2) == ["last 1", "TICK"])
    }
}
