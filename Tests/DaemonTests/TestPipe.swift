import Kernel

@testable import Daemon

/// A pipe whose reader the test is: it may stall, and it may go.
final class TestPipe {
    private(set) var writer: WorkerProcess.PipeEnd?
    private var reader: WorkerProcess.PipeEnd?

    init() throws {
        BrokenPipe.becomesAnError()
        let pipe = try Pipe.open(nonblocking: .both)
        writer = WorkerProcess.PipeEnd(pipe.writer)
        reader = WorkerProcess.PipeEnd(pipe.reader)
    }

    /// The writing end, for an owner of its own.
    func takeWriter() throws -> Descriptor {
        defer { writer = nil }
        return try writer!.descriptor.duplicate()
    }

    func closeReader() { reader = nil }

    /// All that is in the pipe now.
    func read(atMost limit: Int = .max) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: min(limit, 64 * 1_024))
        while bytes.count < limit, case .bytes(let count) = try reader!.descriptor.read(into: &buffer, from: 0) {
            bytes += buffer[..<count]
        }
        return bytes
    }
}
