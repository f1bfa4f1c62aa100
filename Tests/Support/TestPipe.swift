package import Kernel
import Links

/// A pipe whose reader the test is: it may stall, and it may go.
package final class TestPipe {
    private var writer: Box<Descriptor>?
    private var reader: Box<Descriptor>?

    package init() throws {
        BrokenPipe.becomesAnError()
        let pipe = try Pipe.open(nonblocking: .both)
        (writer, reader) = (Box(pipe.writer), Box(pipe.reader))
    }

    /// The writing end, for an owner of its own.
    package func takeWriter() throws -> Descriptor {
        defer { writer = nil }
        return try writer!.value.duplicate()
    }

    package func takeReader() throws -> Descriptor {
        defer { reader = nil }
        return try reader!.value.duplicate()
    }

    package func write(_ text: String) throws { try writer!.value.writeAll(Array(text.utf8)) }

    package func closeWriter() { writer = nil }

    package func closeReader() { reader = nil }

    /// All that is in the pipe now.
    package func read(atMost limit: Int = .max) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: min(limit, 64 * 1_024))
        while bytes.count < limit, case .bytes(let count) = try reader!.value.read(into: &buffer, from: 0) {
            bytes += buffer[..<count]
        }
        return bytes
    }
}
