/// libyaml compares each `%TAG` directive with all before it, all of them before its first event: a file of nothing else
/// would keep it busy for minutes.
enum TagDirectives {
    static let limit = 16

    /// Where the first one too many stands. No text in a registry has that many lines that begin with `%TAG` by chance.
    static func excess(in source: SourceText) -> UInt32? {
        var count = 0
        var offset = 0
        while let line = nextDirective(in: source.bytes, from: offset) {
            count += 1
            if count > limit { return UInt32(source.place(ofByte: line)) }
            offset = line + 1
        }
        return nil
    }

    private static func nextDirective(in bytes: [UInt8], from start: Int) -> Int? {
        unsafe bytes.withUnsafeBufferPointer { bytes in
            var offset = start
            while offset < bytes.count {
                let beginsLine =
                    unsafe offset == 0 || bytes[offset - 1] == UInt8(ascii: "\n")
                    || bytes[offset - 1] == UInt8(ascii: "\r")
                if unsafe bytes[offset] == UInt8(ascii: "%"), beginsLine,
                    unsafe bytes[offset...].starts(with: "%TAG".utf8)
                {
                    return offset
                }
                offset += 1
            }
            return nil
        }
    }
}
