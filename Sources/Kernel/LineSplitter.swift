/// Cuts a stream of bytes into lines of a bounded length. What is longer is cut, and how much was lost is told.
package struct LineSplitter {
    private let longest: Int
    /// The beginning of a line whose end has not come yet.
    private var partial: [UInt8] = []
    private var lost = 0

    /// `longest`: of a line without its newline, in bytes.
    package init(longest: Int) { self.longest = longest }

    /// Whether the line whose end has not come yet is longer than that already.
    package var isCut: Bool { lost > 0 }

    /// Calls `body` with each line that is complete, without its newline, and with the number of its bytes that were cut off.
    package mutating func feed(
        _ bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer, _ lost: Int) throws -> Void
    ) rethrows {
        var rest = unsafe bytes
        while let end = unsafe rest.firstIndex(ofByte: UInt8(ascii: "\n")) {
            let piece = unsafe UnsafeRawBufferPointer(rebasing: rest[..<end])
            unsafe rest = UnsafeRawBufferPointer(rebasing: rest[(end + 1)...])
            if partial.isEmpty, piece.count <= longest {
                try unsafe body(piece, 0)
            } else {
                unsafe keep(piece)
                try unsafe finish(body)
            }
        }
        // Nearly all that is read ends with a line.
        if unsafe !rest.isEmpty { unsafe keep(rest) }
    }

    /// Calls `body` with what has come of the last line, if there is any.
    package mutating func finish(_ body: (UnsafeRawBufferPointer, _ lost: Int) throws -> Void) rethrows {
        guard !partial.isEmpty else { return }
        // The capacity is given back: of thousands of streams few are within a line at a time.
        let (line, excess) = (partial, lost)
        (partial, lost) = ([], 0)
        try unsafe line.withUnsafeBytes { try unsafe body($0, excess) }
    }

    private mutating func keep(_ piece: UnsafeRawBufferPointer) {
        let room = longest - partial.count
        unsafe partial.append(contentsOf: piece.prefix(room))
        lost += max(0, piece.count - room)
    }
}
