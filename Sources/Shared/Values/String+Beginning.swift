extension Substring {
    /// As much as fits into so many bytes of UTF-8, up to a scalar's boundary and not a character's: a character may be of any
    /// length.
    package func beginning(bytes: Int) -> Substring {
        let utf8 = self.utf8
        guard var end = utf8.index(startIndex, offsetBy: bytes, limitedBy: endIndex), end != endIndex else {
            return self
        }
        while utf8[end] & 0xC0 == 0x80 { utf8.formIndex(before: &end) }
        return self[..<end]
    }
}
