import Clocks
import Kernel
import Model
import Testing
import Wire

@testable import CronWorkerKit

@Suite("The reports for which there is no room")
struct ReportBacklogTests {
    /// A backlog before a pipe that takes so many messages.
    private final class FakePipe {
        private var backlog = ReportBacklog()
        var room: Int
        var isClosed = false
        private(set) var taken: [Report] = []

        init(room: Int) { self.room = room }

        private func write(_ message: [UInt8]) -> Descriptor.Transfer {
            if isClosed { return .closed }
            guard room > 0 else { return .wouldBlock }
            room -= 1
            message.dropLast().withUnsafeBytes { line in
                if let report = try? Report.decode(line) { taken.append(report) }
            }
            return .bytes(message.count)
        }

        func send(_ report: Report, count: Int64 = 1) { backlog.send(report, count: count, to: write) }
        func accept(_ report: Report) -> Bool { backlog.accept(report, to: write) }
        func flush() -> Bool { backlog.flush(to: write) }
        var hasNoReader: Bool { backlog.isClosed }

        /// What was written since.
        func take() -> [Report] {
            defer { taken = [] }
            return taken
        }
    }

    private func slot(_ run: Int64) -> SlotInstant { SlotInstant(nanoseconds: run * 1_000) }

    private func begin(_ run: Int64) -> Report {
        .begin(.init(run: run, slot: slot(run), next: slot(run + 1), lateness: .zero))
    }

    private func end(_ run: Int64, isOK: Bool = true) -> Report {
        .end(
            .init(
                run: run, slot: slot(run), next: slot(run + 1), lateness: .zero, duration: .zero,
                outcome: isOK ? .ok : .failed,
                text: "x")
        )
    }

    private func log(_ number: Int) -> Report {
        .log(.init(level: .info, run: 1, message: "\(number)", fields: []))
    }

    private let line = Report.output(.init(stream: .standardOutput, run: 1, text: "four"))

    /// So many reports that no more are kept.
    private func fill(_ pipe: FakePipe) {
        for number in 1...ReportBacklog.mostKept { pipe.send(.pong(token: Int64(number))) }
    }

    @Test("go out in their order as soon as there is room")
    func order() {
        let pipe = FakePipe(room: 1)
        for run in 1...3 { pipe.send(begin(Int64(run))) }
        #expect(pipe.take() == [begin(1)])
        #expect(!pipe.flush())
        pipe.room = 9
        pipe.send(end(3))
        #expect(pipe.take() == [begin(2), begin(3), end(3)])
        #expect(pipe.flush())
    }

    @Test("leave half of the room to results: a job that talks a lot loses its own lines first")
    func talkative() {
        let pipe = FakePipe(room: 0)
        for number in 0..<ReportBacklog.mostKept / 2 { #expect(pipe.accept(log(number))) }
        #expect(!pipe.accept(log(64)))
        #expect(!pipe.accept(line))
        #expect(pipe.accept(end(1)))
    }

    @Test("are given up past the bound, and what their slots came to is counted")
    func counts() {
        let pipe = FakePipe(room: 0)
        fill(pipe)
        for (run, isOK) in [(1, true), (2, false), (3, true)] as [(Int64, Bool)] {
            pipe.send(end(run, isOK: isOK))
        }
        pipe.send(.skipped(.init(first: slot(4), last: slot(9), next: slot(10))), count: 6)
        // Once reports are given up, all are until the ones that are kept have gone.
        #expect(!pipe.accept(end(10)))
        pipe.room = ReportBacklog.mostKept
        #expect(!pipe.flush())
        pipe.room = 9
        #expect(pipe.flush())
        #expect(pipe.take().last == .dropped(.init(reports: 4, ok: 2, failed: 1, skipped: 6, through: slot(9), run: 3)))
        #expect(pipe.flush())
        #expect(pipe.take().isEmpty)
    }

    @Test("count no slot for a run that had none")
    func slotless() {
        let pipe = FakePipe(room: 0)
        fill(pipe)
        var end = Report.End(
            run: 5, slot: nil, next: slot(1), lateness: .zero, duration: .zero, outcome: .ok, text: "")
        pipe.send(.end(end))
        (end.run, end.outcome) = (6, .failed)
        pipe.send(.end(end))
        pipe.room = 999
        #expect(pipe.flush())
        #expect(pipe.take().last == .dropped(.init(reports: 2, run: 6)))
    }

    @Test("hold the begin of the current run, after what the runs before came to, until that run ends")
    func heldBegin() {
        let pipe = FakePipe(room: 0)
        fill(pipe)
        pipe.send(end(1))
        pipe.send(begin(2))
        pipe.room = 999
        #expect(pipe.flush())
        #expect(pipe.take().suffix(2) == [.dropped(.init(reports: 1, ok: 1, through: slot(1), run: 1)), begin(2)])
        // A run whose begin has not gone out when it ends is counted with it.
        pipe.room = 0
        fill(pipe)
        pipe.send(begin(3))
        pipe.send(end(3))
        pipe.room = 999
        #expect(pipe.flush())
        #expect(pipe.take().last == .dropped(.init(reports: 2, ok: 1, through: slot(3), run: 3)))
    }

    @Test("keep the question for a run and the answer to a ping, which the daemon waits for")
    func questions() {
        let pipe = FakePipe(room: 0)
        fill(pipe)
        pipe.send(.pong(token: 999))
        pipe.send(.due(slot: slot(7)))
        pipe.room = 999
        #expect(pipe.flush())
        #expect(pipe.take().suffix(2) == [.pong(token: 999), .due(slot: slot(7))])
    }

    @Test("count the lines of a command that were left out, and their bytes")
    func output() {
        let pipe = FakePipe(room: 0)
        fill(pipe)
        for _ in 0..<3 { pipe.send(line) }
        pipe.send(.outputDropped(.init(lines: 10, bytes: 100)))
        pipe.room = 999
        #expect(pipe.flush())
        #expect(pipe.take().last == .outputDropped(.init(lines: 13, bytes: 112)))
    }

    @Test("tell of lines that were left out before what comes after them")
    func lossBeforeTheEnd() {
        let pipe = FakePipe(room: 0)
        while pipe.accept(line) {}
        pipe.send(line)
        pipe.send(end(1))
        pipe.room = 999
        #expect(pipe.flush())
        let told = pipe.take()
        #expect(told.suffix(2) == [.outputDropped(.init(lines: 1, bytes: 4)), end(1)], "\(told.suffix(3))")
    }

    @Test("are off the worker's hands when the daemon is gone")
    func closed() {
        let pipe = FakePipe(room: 0)
        fill(pipe)
        pipe.send(end(1))
        pipe.isClosed = true
        #expect(pipe.flush())
        #expect(pipe.hasNoReader)
        #expect(pipe.accept(end(2)))
    }
}
