import Kernel

/// Files as tests read and write them.
enum TextFile {
    /// All that the file holds, or `nil` if there is none. Also for files of /proc, which have no size.
    static func read(_ path: String) -> String? { bytes(path).map { String(decoding: $0, as: UTF8.self) } }

    static func bytes(_ path: String) -> [UInt8]? {
        guard let file = try? Descriptor.open(reading: path) else { return nil }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case .bytes(let count)? = try? file.read(into: &buffer, from: 0) { bytes += buffer[..<count] }
        return bytes
    }

    static func write(_ text: String, to path: String) throws {
        try Descriptor.create(path).writeAll(Array(text.utf8))
    }
}
