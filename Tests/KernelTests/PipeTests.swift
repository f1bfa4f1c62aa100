import Glibc
import TestSupport
import Testing

@testable import Kernel

@Suite("A pipe")
struct PipeTests {
    init() { BrokenPipe.becomesAnError() }

    @Test("does not wait at the end that was asked for")
    func nonblocking() throws {
        let pipe = try Pipe.open(nonblocking: .both)
        #expect(try transfer(reading: pipe.reader) == .wouldBlock)
        #expect(try pipe.writer.write(bytes("abc")) == .bytes(3))
        #expect(try transfer(reading: pipe.reader) == .bytes(3))
        while case .bytes = try pipe.writer.write([UInt8](repeating: 0, count: 4_096)) {}
        #expect(try pipe.writer.write([0]) == .wouldBlock)
    }

    @Test("waits at the other end")
    func blocking() throws {
        let first = try Pipe.open(nonblocking: .reader)
        let second = try Pipe.open(nonblocking: .writer)
        let ends = [first.reader.raw, first.writer.raw, second.reader.raw, second.writer.raw]
        #expect(ends.map { fcntl($0, F_GETFL) & O_NONBLOCK != 0 } == [true, false, false, true])
    }

    @Test("is closed for its reader when the last writer is gone, after what was written")
    func endOfFile() throws {
        let (reader, writer) = try ends(Pipe.open(nonblocking: .reader))
        let second = End(try writer.descriptor.duplicate())
        try writer.descriptor.writeAll(bytes("last words"))
        writer.close()
        #expect(try readAll(reader.descriptor) == "last words")
        #expect(try transfer(reading: reader.descriptor) == .wouldBlock)
        second.close()
        #expect(try eventually { try transfer(reading: reader.descriptor) == .closed })
    }

    @Test("is closed for its writer when the reader is gone")
    func noReader() throws {
        let (reader, writer) = try ends(Pipe.open(nonblocking: .writer))
        reader.close()
        #expect(try eventually { try writer.descriptor.write([1]) == .closed })
        #expect(throws: SystemError("write", "descriptor \(writer.raw)", code: EPIPE)) {
            try writer.descriptor.writeAll([1])
        }
    }

    @Test("is not passed on to other programs")
    func closeOnExec() throws {
        let pipe = try Pipe.open(nonblocking: .both)
        let copy = try pipe.reader.duplicate(atLeast: 50)
        #expect(copy.raw >= 50)
        for raw in [pipe.reader.raw, pipe.writer.raw, copy.raw] { #expect(fcntl(raw, F_GETFD) == FD_CLOEXEC) }
    }
}
