/// A file of /proc, whose size nobody knows before its end.
enum ProcFile {
    /// At most `limit` bytes; `nil` if it cannot be opened.
    static func contents(_ path: String, limit: Int) -> [UInt8]? {
        guard let file = try? Descriptor.open(reading: path) else { return nil }
        var bytes = [UInt8](repeating: 0, count: limit)
        var count = 0
        while count < limit, case .bytes(let more)? = try? file.read(into: &bytes, from: count) { count += more }
        bytes.removeSubrange(count...)
        return bytes
    }
}
