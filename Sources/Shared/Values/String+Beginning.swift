extension Substring {
    /// As much as fits into so many bytes of UTF-8, up to a scalar's boundary and not a character's: a character may be of any
    /// length.
    package func beginning(bytes: Int) -> Substring {
        // A place inside a scalar counts as the scalar's begin.
        utf8.index(startIndex, offsetBy: bytes, limitedBy: endIndex).map { self[..<$0] } ?? self
    }
}
