import Clocks

/// An archive in the ustar interchange format (IEEE Std 1003.1, pax).
struct TarArchive {
    /// A backup is put together in memory.
    static let largestFile = 64 * 1_024 * 1_024
    private static let block = 512
    /// As a moment, in the year 2242.
    private static let largestNumber = 0o777_7777_7777
    private var bytes: [UInt8] = []

    /// - Throws: `JobError` for a name that the format cannot hold.
    mutating func add(name: String, contents: [UInt8], modified: WallInstant) throws {
        guard name.utf8.count <= 100 else {
            throw JobError("'\(name)' is longer than the 100 bytes that a tar name may have")
        }
        guard contents.count <= Self.largestFile else { throw JobError("'\(name)' is larger than 64 MiB") }
        bytes += Self.header(name: name, size: contents.count, modified: modified)
        bytes += contents
        bytes += [UInt8](repeating: 0, count: (Self.block - contents.count % Self.block) % Self.block)
    }

    /// The archive with its end: two blocks of zeros.
    consuming func finished() -> [UInt8] { bytes + [UInt8](repeating: 0, count: 2 * Self.block) }

    private static func header(name: String, size: Int, modified: WallInstant) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: block)
        func put(_ text: String, at offset: Int) {
            header.replaceSubrange(offset..<offset + text.utf8.count, with: Array(text.utf8))
        }
        put(name, at: 0)
        put(octal(0o600, digits: 7), at: 100)
        put(octal(0, digits: 7), at: 108)
        put(octal(0, digits: 7), at: 116)
        put(octal(size, digits: 11), at: 124)
        put(octal(min(Int(max(0, modified.nanoseconds) / 1_000_000_000), largestNumber), digits: 11), at: 136)
        // The checksum counts its own field as spaces.
        put("        ", at: 148)
        put("0", at: 156)
        put("ustar", at: 257)
        put("00", at: 263)
        put(octal(header.reduce(0) { $0 + Int($1) }, digits: 6), at: 148)
        header[154] = 0
        return header
    }

    private static func octal(_ number: Int, digits: Int) -> String {
        let text = String(number, radix: 8)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
