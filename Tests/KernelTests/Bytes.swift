@testable import Kernel

/// Reads until the end, or until there is nothing now.
func readAll(_ descriptor: borrowing Descriptor) throws -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 * 1_024)
    while case .bytes(let count) = try descriptor.read(into: &buffer, from: 0) { bytes += buffer[..<count] }
    return String(decoding: bytes, as: UTF8.self)
}

func readFile(_ path: String) throws -> String { try readAll(Descriptor.open(reading: path)) }

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// What a read or a write came to.
func transfer(reading descriptor: borrowing Descriptor) throws -> Descriptor.Transfer {
    var buffer = [UInt8](repeating: 0, count: 100)
    return try descriptor.read(into: &buffer, from: 0)
}

/// An end of a pipe that may be closed before its owner goes.
final class End {
    private var owned: Descriptor?
    let raw: Int32

    init(_ descriptor: consuming Descriptor) {
        raw = descriptor.raw
        owned = consume descriptor
    }

    var descriptor: Descriptor {
        _read { yield owned! }
    }

    func close() { owned = nil }
}

func ends(_ pipe: consuming Pipe) -> (reader: End, writer: End) { (End(pipe.reader), End(pipe.writer)) }
