import Clocks

// A line of a crontab. Blanks are spaces and tabs, and nothing else is (crontab(5)).

extension ByteScanner {
    /// So many words, as they stand, with the blanks between them. Fewer at the end.
    mutating func takeWords(_ count: Int) -> (text: String, count: Int) {
        let start = position
        var (text, taken) = ("", 0)
        while taken < count, !isAtEnd {
            _ = takeWord()
            text = self.text(since: start)
            taken += 1
            skipBlanks()
        }
        return (text, taken)
    }

    /// Counted from 1, in characters as an editor shows them.
    func column(of offset: Int) -> Int { bytes.prefix(offset).count { $0 & 0xC0 != 0x80 } + 1 }
}
