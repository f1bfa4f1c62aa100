extension String {
    /// As many whole scalars of Unicode as go into so many bytes: a character may be of any length.
    package func prefixInBytes(_ most: Int) -> String {
        guard utf8.count > most else { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: most)
        while utf8[end] & 0xC0 == 0x80 { utf8.formIndex(before: &end) }
        return String(self[..<end])
    }
}
