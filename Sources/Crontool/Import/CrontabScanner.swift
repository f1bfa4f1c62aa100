/// Goes through one line of a crontab. Blanks are spaces and tabs, and nothing else is (crontab(5)).
struct CrontabScanner {
    let bytes: [UInt8]
    private(set) var position = 0

    init(_ line: String) { bytes = Array(line.utf8) }

    var isAtEnd: Bool { position == bytes.count }
    var next: UInt8? { isAtEnd ? nil : bytes[position] }

    static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    mutating func skipBlanks() { while let next, Self.isBlank(next) { position += 1 } }

    /// Up to the next blank. Empty at the end.
    mutating func takeWord() -> String {
        let start = position
        while let next, !Self.isBlank(next) { position += 1 }
        return text(start..<position)
    }

    /// So many words, as they stand, with the blanks between them. Fewer at the end.
    mutating func takeWords(_ count: Int) -> (text: String, count: Int) {
        let start = position
        var (end, taken) = (position, 0)
        while taken < count, !isAtEnd {
            _ = takeWord()
            end = position
            taken += 1
            skipBlanks()
        }
        return (text(start..<end), taken)
    }

    mutating func takeByte() -> UInt8? {
        guard let next else { return nil }
        position += 1
        return next
    }

    /// All that is left.
    var rest: String { text(position..<bytes.count) }

    /// Counted from 1, in characters as an editor shows them.
    func column(of offset: Int) -> Int { bytes.prefix(offset).count { $0 & 0xC0 != 0x80 } + 1 }

    private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
}
