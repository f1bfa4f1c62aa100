import Clocks
import Foundation
import Glibc
import Synchronization
import Testing

@testable import Kernel

@Suite("A poller")
struct PollerTests {
    init() { BrokenPipe.becomesAnError() }

    @Test("tells that a descriptor is ready for as long as it is")
    func level() throws {
        var poller = try Poller(capacity: 8)
        let pipe = try Pipe.open(nonblocking: .both)
        try poller.add(pipe.reader, token: 7, for: .read)
        #expect(try poller.ready() == [])
        _ = try pipe.writer.write([1])
        let expected = Poller.Readiness(token: 7, canRead: true, canWrite: false, isHungUp: false)
        #expect(try poller.ready() == [expected])
        #expect(try poller.ready() == [expected])
        _ = try transfer(reading: pipe.reader)
        #expect(try poller.ready() == [])
    }

    @Test("tells that there is room again")
    func room() throws {
        var poller = try Poller(capacity: 8)
        let pipe = try Pipe.open(nonblocking: .both)
        while case .bytes = try pipe.writer.write([UInt8](repeating: 0, count: 4_096)) {}
        try poller.add(pipe.writer, token: .max, for: .write)
        #expect(try poller.ready() == [])
        _ = try readAll(pipe.reader)
        #expect(try poller.ready() == [.init(token: .max, canRead: false, canWrite: true, isHungUp: false)])
    }

    @Test("tells that the other end is closed")
    func hangUp() throws {
        var poller = try Poller(capacity: 8)
        let (reader, writer) = try ends(Pipe.open(nonblocking: .both))
        let (otherReader, otherWriter) = try ends(Pipe.open(nonblocking: .both))
        try poller.add(reader.descriptor, token: 1, for: .read)
        try poller.add(otherWriter.descriptor, token: 2, for: .write)
        writer.close()
        otherReader.close()
        let ready = try poller.ready().sorted { $0.token < $1.token }
        #expect(ready.map(\.token) == [1, 2])
        #expect(ready.allSatisfy { $0.isHungUp && $0.canRead && $0.canWrite })
    }

    @Test("forgets what is removed, and changes what is modified")
    func remove() throws {
        var poller = try Poller(capacity: 8)
        let pipe = try Pipe.open(nonblocking: .both)
        try poller.add(pipe.writer, token: 1, for: .write)
        #expect(throws: SystemError("epoll_ctl", "descriptor \(pipe.writer.raw)", code: EEXIST)) {
            try poller.add(pipe.writer, token: 2, for: .write)
        }
        try poller.modify(pipe.writer, token: 3, for: .write)
        #expect(try poller.ready().map(\.token) == [3])
        poller.remove(pipe.writer)
        poller.remove(pipe.writer)
        #expect(try poller.ready() == [])
    }

    @Test("tells whether there may be more than fits")
    func capacity() throws {
        var poller = try Poller(capacity: 2)
        let pipes = try (0..<3).map { _ in try ends(Pipe.open(nonblocking: .both)) }
        for (index, pipe) in pipes.enumerated() {
            try poller.add(pipe.writer.descriptor, token: UInt64(index), for: .write)
        }
        var ready: [Poller.Readiness] = []
        #expect(try poller.wait(milliseconds: 0, into: &ready))
        #expect(ready.count == 2)
        poller.remove(pipes[0].writer.descriptor)
        poller.remove(pipes[1].writer.descriptor)
        #expect(try poller.wait(milliseconds: 0, into: &ready) == false)
        #expect(ready.count == 3)
    }

    @Test("has not looked when a signal ends its wait, and says that there may be more")
    func interrupted() throws {
        var poller = try Poller(capacity: 2)
        let waiting = pthread_self()
        let isOver = Flag()
        Thread.detachNewThread {
            while !isOver.value.load(ordering: .relaxed) {
                pthread_kill(waiting, SIGPIPE)
                usleep(10_000)
            }
        }
        defer { isOver.value.store(true, ordering: .relaxed) }
        var ready: [Poller.Readiness] = []
        #expect(try poller.wait(milliseconds: 10_000, into: &ready))
        #expect(ready == [])
    }
}

private final class Flag: Sendable {
    let value = Atomic(false)
}

extension Poller {
    fileprivate mutating func ready() throws -> [Readiness] {
        var ready: [Readiness] = []
        _ = try wait(milliseconds: 0, into: &ready)
        return ready
    }
}

@Suite("A wait for a few descriptors")
struct PollTests {
    @Test("tells which are ready, and ignores the others")
    func ready() throws {
        let idle = try Pipe.open(nonblocking: .both)
        let full = try Pipe.open(nonblocking: .both)
        _ = try full.writer.write([1])
        var poll = Poll()
        poll.add(idle.reader.pollHandle, for: .read)
        poll.add(full.reader.pollHandle, for: .read)
        poll.add(idle.writer.pollHandle, for: .write)
        try poll.wait(nil)
        #expect([0, 1, 2].map(poll.isReady) == [false, true, true])
    }

    @Test("is over when its time is")
    func timeout() throws {
        let pipe = try Pipe.open(nonblocking: .both)
        var poll = Poll()
        poll.add(pipe.reader.pollHandle, for: .read)
        let start = Clock.monotonic()
        try poll.wait(.milliseconds(2))
        #expect(Clock.monotonic() - start >= .milliseconds(2))
        try poll.wait(.zero)
        try poll.wait(Nanoseconds(-5))
        #expect(!poll.isReady(0) && !poll.isReady(1) && !poll.isReady(2))
    }
}

@Suite("A slot timer")
struct SlotTimerTests {
    private func isReady(_ timer: borrowing SlotTimer, within timeout: Nanoseconds = .zero) throws -> Bool {
        var poll = Poll()
        poll.add(timer.pollHandle, for: .read)
        try poll.wait(timeout)
        return poll.isReady(0)
    }

    @Test(
        "is ready at once for a moment that is past",
        arguments: [Int64.min, -1, 0, 1, 1_000_000], [ScheduleClock.monotonic, .wall])
    func past(nanoseconds: Int64, clock: ScheduleClock) throws {
        let timer = try SlotTimer(clock)
        #expect(try !isReady(timer))
        try timer.set(SlotInstant(nanoseconds: nanoseconds))
        #expect(try isReady(timer))
        #expect(try isReady(timer), "until it is set again")
    }

    @Test("is ready at its moment and not before", arguments: [ScheduleClock.monotonic, .wall])
    func moment(clock: ScheduleClock) throws {
        let timer = try SlotTimer(clock)
        let moment = Clock.slotInstant(clock) + .milliseconds(5)
        try timer.set(moment)
        #expect(try isReady(timer, within: .seconds(10)))
        #expect(Clock.slotInstant(clock) >= moment)
    }

    @Test("is for the moment that was set last", arguments: [ScheduleClock.monotonic, .wall])
    func again(clock: ScheduleClock) throws {
        let timer = try SlotTimer(clock)
        let now = Clock.slotInstant(clock)
        try timer.set(now)
        #expect(try isReady(timer))
        try timer.set(now + .seconds(3_600))
        #expect(try !isReady(timer))
        try timer.set(now)
        #expect(try isReady(timer))
        try timer.set(.distantFuture)
        #expect(try !isReady(timer))
    }
}
