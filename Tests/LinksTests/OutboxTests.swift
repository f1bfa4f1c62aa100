import TestSupport
import Testing

@testable import Links

@Suite("The writing end of a pipe")
struct OutboxTests {
    private static let most = 16 * 1_024 * 1_024

    @Test("keeps what the pipe does not take, and sends it in order when there is room")
    func order() throws {
        let pipe = try TestPipe()
        let writer = Outbox(try pipe.takeWriter(), most: Self.most, .condemn)
        var sent: [UInt8] = []
        var received: [UInt8] = []
        for number in 0..<200 {
            let message = [UInt8](repeating: UInt8(number), count: 10_007)
            writer.send(message)
            sent += message
            if number % 3 == 0 { received += try pipe.read(atMost: 4_096) }
        }
        #expect(writer.isPending)
        while writer.isPending {
            received += try pipe.read()
            writer.flush()
        }
        received += try pipe.read()
        #expect(received == sent)
    }

    @Test("gives up what is too much for a worker that has stopped reading")
    func bound() throws {
        let pipe = try TestPipe()
        let writer = Outbox(try pipe.takeWriter(), most: Self.most, .condemn)
        writer.send([UInt8](repeating: 1, count: Self.most))
        #expect(!writer.isCondemned)
        writer.send([UInt8](repeating: 2, count: Self.most))
        #expect(writer.isCondemned)
        writer.send([3])
        var received: [UInt8] = []
        while writer.isPending {
            received += try pipe.read()
            writer.flush()
        }
        received += try pipe.read()
        #expect(received.count == Self.most)
        #expect(received.allSatisfy { $0 == 1 })
    }

    @Test("forgets what nobody will read")
    func closed() throws {
        let pipe = try TestPipe()
        let writer = Outbox(try pipe.takeWriter(), most: Self.most, .condemn)
        while !writer.isPending { writer.send([UInt8](repeating: 1, count: 10_000)) }
        pipe.closeReader()
        let isGone = eventually {
            writer.flush()
            return !writer.isPending
        }
        #expect(isGone)
        writer.send([1])
        #expect(!writer.isPending)
    }

    /// Fills the pipe, so that what follows waits. Returns how many bytes that took.
    private func fill(_ writer: Outbox) -> Int {
        var count = 0
        while !writer.isPending {
            writer.send([UInt8](repeating: 0, count: 4_096))
            count += 4_096
        }
        return count
    }

    /// The messages of one byte that come after so many others.
    private func drain(_ writer: Outbox, _ pipe: TestPipe, after count: Int) throws -> [UInt8] {
        var received: [UInt8] = []
        while writer.isPending {
            received += try pipe.read()
            writer.flush()
        }
        return Array((received + (try pipe.read())).dropFirst(count))
    }

    @Test("drops what is too much and counts it, if nobody is to be ended for that")
    func count() throws {
        let pipe = try TestPipe()
        let writer = Outbox(try pipe.takeWriter(), most: 4_096 + 3, .count)
        let before = fill(writer)
        for number in 1...5 { writer.send([UInt8(number)]) }
        #expect(writer.dropped == 2 && !writer.isCondemned)
        #expect(try drain(writer, pipe, after: before) == [1, 2, 3])
    }

    @Test("drops the oldest that wait and counts them, but never a part of one")
    func dropOldest() throws {
        let pipe = try TestPipe()
        let writer = Outbox(try pipe.takeWriter(), most: 4_096 + 3, .dropOldest)
        var before = fill(writer)
        for number in 1...5 { writer.send([UInt8(number)]) }
        // The one that the pipe did not take goes first, unless it was taken in part.
        let isWhole = writer.dropped == 1
        #expect(writer.dropped == (isWhole ? 1 : 2))
        before -= isWhole ? 4_096 : 0
        #expect(try drain(writer, pipe, after: before) == (isWhole ? [1, 2, 3, 4, 5] : [3, 4, 5]))
        #expect(!writer.isPending)
        _ = fill(writer)
        let dropped = writer.dropped
        writer.send([UInt8](repeating: 1, count: 5_000))
        #expect(writer.dropped == dropped + 1)
    }
}
