/// A text in which each `*` stands for any bytes, or none.
struct Glob {
    private static let star = UInt8(ascii: "*")

    /// What stands between the stars, before the first and after the last: never empty.
    private let parts: [ArraySlice<UInt8>]

    /// `nil`: the text has no star.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.contains(Self.star) else { return nil }
        parts = bytes.split(separator: Self.star, omittingEmptySubsequences: false)
    }

    /// In time proportional to the lengths of both, multiplied.
    func holds(for text: String) -> Bool {
        let (first, last) = (parts[0], parts[parts.count - 1])
        let bytes = Array(text.utf8)
        guard bytes.count >= first.count + last.count, bytes.starts(with: first),
            bytes.suffix(last.count).elementsEqual(last)
        else { return false }
        var rest = bytes[first.count..<bytes.count - last.count]
        // The earliest place of each part leaves most for those after it.
        for part in parts[1..<parts.count - 1] {
            guard let start = Self.start(of: part, in: rest) else { return false }
            rest = rest[(start + part.count)...]
        }
        return true
    }

    private static func start(of part: ArraySlice<UInt8>, in bytes: ArraySlice<UInt8>) -> Int? {
        var start = bytes.startIndex
        while start + part.count <= bytes.endIndex {
            if bytes[start...].starts(with: part) { return start }
            start += 1
        }
        return nil
    }
}
