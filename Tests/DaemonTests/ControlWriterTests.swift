import TestSupport
import Testing

@testable import Daemon

@Suite("The daemon's end of a control pipe")
struct ControlWriterTests {
    @Test("keeps what the pipe does not take, and sends it in order when there is room")
    func order() throws {
        let pipe = try TestPipe()
        let writer = ControlWriter(try pipe.takeWriter())
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
        let writer = ControlWriter(try pipe.takeWriter())
        writer.send([UInt8](repeating: 1, count: ControlWriter.mostPending))
        writer.send([UInt8](repeating: 2, count: ControlWriter.mostPending))
        var received: [UInt8] = []
        while writer.isPending {
            received += try pipe.read()
            writer.flush()
        }
        received += try pipe.read()
        #expect(received.count == ControlWriter.mostPending)
        #expect(received.allSatisfy { $0 == 1 })
    }

    @Test("forgets what nobody will read")
    func closed() throws {
        let pipe = try TestPipe()
        let writer = ControlWriter(try pipe.takeWriter())
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
}
