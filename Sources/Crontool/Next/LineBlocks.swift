import Kernel

/// Cuts a stream of bytes into lines as they come. What a block ends with waits for the next one, up to a limit.
struct LineBlocks {
    enum Line {
        /// Without its end, LF or CR LF.
        case whole(UnsafeRawBufferPointer)
        /// Its bytes are dropped.
        case tooLong
    }

    private let longestLine: Int
    private var kept: [UInt8] = []
    private var isDropping = false

    init(longestLine: Int) { self.longestLine = longestLine }

    mutating func take<Failure: Error>(
        _ block: UnsafeRawBufferPointer, _ body: (Line) throws(Failure) -> Void
    ) throws(Failure) {
        var rest = block
        while let end = rest.firstIndex(ofByte: UInt8(ascii: "\n")) {
            try close(UnsafeRawBufferPointer(rebasing: rest[..<end]), body)
            rest = UnsafeRawBufferPointer(rebasing: rest[(end + 1)...])
        }
        if !isDropping { kept += rest }
        if kept.count > longestLine {
            kept.removeAll()
            isDropping = true
        }
    }

    /// A last line without an end is one too.
    mutating func finish<Failure: Error>(_ body: (Line) throws(Failure) -> Void) throws(Failure) {
        if !kept.isEmpty || isDropping { try close(UnsafeRawBufferPointer(start: nil, count: 0), body) }
    }

    private mutating func close<Failure: Error>(
        _ bytes: UnsafeRawBufferPointer, _ body: (Line) throws(Failure) -> Void
    ) throws(Failure) {
        let isTooLong = isDropping || kept.count + bytes.count > longestLine
        defer {
            kept.removeAll(keepingCapacity: true)
            isDropping = false
        }
        if isTooLong { return try body(.tooLong) }
        if kept.isEmpty { return try body(.whole(Self.withoutReturn(bytes))) }
        kept += bytes
        try kept.withUnsafeBufferPointer { whole throws(Failure) in
            try body(.whole(Self.withoutReturn(UnsafeRawBufferPointer(whole))))
        }
    }

    private static func withoutReturn(_ line: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        line.last == UInt8(ascii: "\r") ? UnsafeRawBufferPointer(rebasing: line.dropLast()) : line
    }
}
