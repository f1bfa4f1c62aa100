extension SourceText {
    /// Whether the line at `place` may show what a variable of an `environment` is, which may be a secret: the line with that
    /// key, and what is indented further than it or stands within its brackets.
    ///
    /// By the look of the text, since it need not be YAML. A line too many only goes unshown.
    func mayShowVariable(at place: Int) -> Bool {
        bytes.withUnsafeBufferPointer { bytes in
            var line = Self.line(around: byteOffset(of: place), in: bytes)
            if Self.hasKey(bytes[line]) { return true }
            let end = line.lowerBound
            var indentation = Self.indentation(bytes[line]) ?? .max
            while line.lowerBound > 0, indentation > 0 {
                line = Self.line(around: line.lowerBound - 1, in: bytes)
                guard let here = Self.indentation(bytes[line]), here <= indentation else { continue }
                if Self.hasKey(bytes[line]) {
                    if here < indentation { return true }
                    if Self.hasOpenBracket(bytes[line.lowerBound..<end]) { return true }
                }
                indentation = here
            }
            return false
        }
    }

    private typealias Slice = Swift.Slice<UnsafeBufferPointer<UInt8>>

    private static let key = Array("environment".utf8)

    /// The line that the byte at `offset` belongs to, with its end.
    private static func line(around offset: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Range<Int> {
        var (start, end) = (min(offset, bytes.count), min(offset, bytes.count))
        while start > 0, !isLineEnd(bytes[start - 1]) { start -= 1 }
        while end < bytes.count, !isLineEnd(bytes[end]) { end += 1 }
        return start..<min(end + 1, bytes.count)
    }

    private static func isLineEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }

    /// `nil`: there is nothing in the line.
    private static func indentation(_ line: Slice) -> Int? {
        guard let first = line.firstIndex(where: { $0 != UInt8(ascii: " ") }), !isLineEnd(line[first]) else {
            return nil
        }
        return first - line.startIndex
    }

    /// `environment:`, also in quotes, anywhere in the line.
    private static func hasKey(_ line: Slice) -> Bool {
        var rest = line
        while let start = rest.firstIndex(of: key[0]) {
            rest = rest[start...]
            if rest.starts(with: key) {
                let tail = rest.dropFirst(key.count).drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x22 || $0 == 0x27 }
                if tail.first == UInt8(ascii: ":") { return true }
            }
            rest = rest.dropFirst()
        }
        return false
    }

    private static func hasOpenBracket(_ text: Slice) -> Bool {
        var depth = 0
        for byte in text {
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
        }
        return depth > 0
    }
}
