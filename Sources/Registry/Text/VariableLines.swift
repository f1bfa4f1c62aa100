import Clocks
import Synchronization

/// The lines of a text that may show what a variable of an `environment` is, which may be a secret: each line with that key,
/// and what is indented further than it or stands within the brackets after it.
///
/// By the look of the text, since it need not be YAML. A line too many only goes unshown.
struct VariableLines {
    /// Of bytes, in their order.
    private var ranges: [Range<Int>] = []
    /// The line with the key whose lines are being read.
    private var head: (start: Int, indentation: Int)?
    /// Brackets that are open after that key.
    private var depth = 0

    private static let key = Array("environment".utf8)

    init(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBufferPointer { bytes in
            var start = 0
            while start < bytes.count {
                let end = unsafe bytes[start...].firstIndex(where: Self.isLineEnd) ?? bytes.count
                unsafe take(bytes[start..<end])
                start = end + 1
            }
            close(at: bytes.count + 1)
        }
    }

    /// Whether the byte at `offset` is in one of them, or the end of one.
    func contain(_ offset: Int) -> Bool {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound <= offset { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(offset)
    }

    // MARK: Lines

    private typealias Line = Slice<UnsafeBufferPointer<UInt8>>

    private mutating func take(_ line: Line) {
        guard let first = unsafe line.firstIndex(where: { $0 != UInt8(ascii: " ") }) else { return }
        let indentation = unsafe first - line.startIndex
        if let head, indentation <= head.indentation, depth <= 0 { unsafe close(at: line.startIndex) }
        if head != nil {
            if depth > 0 { unsafe countBrackets(line) }
        } else if let value = unsafe Self.value(line) {
            head = unsafe (line.startIndex, indentation)
            if unsafe Self.hasBrackets(value) { unsafe countBrackets(value) }
        }
    }

    private mutating func close(at end: Int) {
        if let head { ranges.append(head.start..<end) }
        (head, depth) = (nil, 0)
    }

    private mutating func countBrackets(_ text: Line) {
        for index in unsafe text.indices {
            switch unsafe text[index] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
        }
    }

    /// Whether the value stands in brackets, perhaps after an anchor or a tag: brackets in a text or a comment do not
    /// count.
    private static func hasBrackets(_ value: Line) -> Bool {
        switch unsafe value.first {
        case nil, UInt8(ascii: "#"), UInt8(ascii: "|"), UInt8(ascii: ">"): false
        case let byte?: !isQuote(byte)
        }
    }

    private static func isLineEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }

    private static func isQuote(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") }

    /// What stands after `environment:`, which may be in quotes and anywhere in the line.
    private static func value(_ line: Line) -> Line? {
        var rest = unsafe line
        while let start = unsafe rest.firstIndex(of: key[0]) {
            unsafe rest = rest[start...]
            if unsafe rest.starts(with: key) {
                let tail = unsafe rest.dropFirst(key.count).drop { ASCII.isBlank($0) || isQuote($0) }
                if unsafe tail.first == UInt8(ascii: ":") { return unsafe tail.dropFirst().drop(while: ASCII.isBlank) }
            }
            unsafe rest = rest.dropFirst()
        }
        return nil
    }

    /// They are looked for when there is something to be shown of a text: most texts have no error.
    final class Cache: Sendable {
        private let lines = Mutex<VariableLines?>(nil)

        func contain(_ offset: Int, of bytes: [UInt8]) -> Bool {
            lines.withLock { lines in
                let known = lines ?? VariableLines(bytes)
                lines = known
                return known.contain(offset)
            }
        }
    }
}
