import Clocks
import TestSupport
import Testing

@testable import Kernel
@testable import Links

/// The kernel, as far as a loop knows it.
private final class PlayedWait {
    var now = MonotonicInstant(nanoseconds: 1_000_000_000)
    /// What each wait comes to: how long it takes, what is ready, and whether there may be more.
    var script: [(Nanoseconds, [Source], isPartial: Bool)] = []
    private(set) var asked: [Int32] = []

    var machine: Machine {
        var machine = Machine()
        machine.moment = { Moment(monotonic: self.now, wall: WallInstant(nanoseconds: 0)) }
        machine.wait = { _, milliseconds, ready throws(SystemError) in
            self.asked.append(milliseconds)
            let (time, sources, isPartial) = self.script.removeFirst()
            self.now = self.now + time
            ready += sources.map {
                Poller.Readiness(token: $0.packed, canRead: true, canWrite: false, isHungUp: false)
            }
            return isPartial
        }
        return machine
    }
}

@Suite("A loop")
struct PollLoopTests {
    private let kernel = PlayedWait()
    private let start = MonotonicInstant(nanoseconds: 1_000_000_000)

    @Test("handles what is ready in its order, and has then heard all that was written before its wait")
    func order() throws {
        let sources = [Source(kind: 1), Source(kind: 7, place: 3, generation: 9)]
        kernel.script = [(.seconds(2), sources, false)]
        let loop = try PollLoop(kernel.machine)
        var handled: [Source] = []
        try loop.turn(until: .distantFuture) { source throws(SystemError) in
            #expect(loop.heard < start)
            handled.append(source)
            // To handle it takes its time, in which more may be written.
            kernel.now = kernel.now + .seconds(5)
        }
        #expect(handled == sources)
        #expect(loop.heard == start)
    }

    @Test("has heard nothing by a wait that has left something unread")
    func partial() throws {
        kernel.script = [(.seconds(1), [Source(kind: 1)], true), (.zero, [], true), (.zero, [], false)]
        let loop = try PollLoop(kernel.machine)
        for _ in 1...2 {
            try loop.turn(until: .distantFuture) { _ in }
            #expect(loop.heard < start)
        }
        try loop.turn(until: .distantFuture) { _ in }
        #expect(loop.heard == start + .seconds(1))
    }

    @Test("waits until its deadline and never less, for ever if there is none, and not at all if it is past")
    func deadlines() throws {
        let loop = try PollLoop(kernel.machine)
        let deadlines = [
            start + Nanoseconds(1), start + .milliseconds(250), start, start + .seconds(-9), .distantFuture,
            start + .seconds(1 << 33),
        ]
        for deadline in deadlines {
            kernel.script = [(.zero, [], false)]
            try loop.turn(until: deadline) { _ in }
        }
        #expect(kernel.asked == [1, 250, 0, 0, -1, .max])
    }

    @Test("hears of a pipe, as the source that it was added as")
    func pipe() throws {
        let loop = try PollLoop()
        let pipe = try TestPipe()
        let source = Source(kind: 200, place: Source.mostPlaces - 1, generation: .max)
        var inbox = Inbox(try pipe.takeReader(), longestLine: 10)
        try loop.poller.add(#require(inbox.end).value, token: source.packed, for: .read)
        try pipe.write("one\n")
        var handled: [Source] = []
        try loop.turn(until: .distantFuture) { handled.append($0) }
        inbox.close(loop.poller)
        try loop.turn(until: MonotonicInstant(nanoseconds: 0)) { handled.append($0) }
        #expect(handled == [source])
    }
}
