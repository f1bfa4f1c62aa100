import Values

/// The bytes of a file, and the way from a place in them to a line and a column.
///
/// A place is the number of Unicode scalars before it, which is how libyaml counts. Lines end at LF, CR LF and CR.
struct SourceText: Sendable {
    let path: String
    /// Without the byte order mark that the file may begin with.
    let bytes: [UInt8]
    let scalarCount: Int
    /// The place of the first scalar of each line.
    private let lineStarts: [UInt32]
    /// The byte offset of every `stride`th scalar, so that no look-up walks a long line from its beginning.
    private let checkpoints: [UInt32]
    private let variableLines = VariableLines.Cache()

    private static let stride = 1_024
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes.starts(with: Self.byteOrderMark) ? Array(bytes.dropFirst(3)) : bytes
        (scalarCount, lineStarts, checkpoints) = unsafe self.bytes.withUnsafeBufferPointer(Self.index)
    }

    private static func index(_ bytes: UnsafeBufferPointer<UInt8>) -> (Int, [UInt32], [UInt32]) {
        var count = 0
        var lineStarts: [UInt32] = [0]
        var checkpoints: [UInt32] = []
        for offset in bytes.indices where unsafe beginsScalar(bytes[offset]) {
            if count % stride == 0 { checkpoints.append(UInt32(offset)) }
            count += 1
            if unsafe endsLine(bytes[offset], next: offset + 1 < bytes.count ? bytes[offset + 1] : 0) {
                lineStarts.append(UInt32(count))
            }
        }
        return (count, lineStarts, checkpoints)
    }

    private static func beginsScalar(_ byte: UInt8) -> Bool { byte & 0xC0 != 0x80 }

    private static func endsLine(_ byte: UInt8, next: UInt8) -> Bool {
        byte == UInt8(ascii: "\n") || (byte == UInt8(ascii: "\r") && next != UInt8(ascii: "\n"))
    }

    func location(of place: Int) -> SourceLocation {
        let place = min(place, scalarCount)
        let line = line(of: place)
        return SourceLocation(file: path, line: line + 1, column: place - Int(lineStarts[line]) + 1)
    }

    /// The place of the scalar that the byte at `offset` belongs to or would begin.
    func place(ofByte offset: Int) -> Int {
        bytes.prefix(offset).reduce(0) { $0 + (Self.beginsScalar($1) ? 1 : 0) }
    }

    /// Where `text` begins, if it is written out at `place` or after a quotation mark there.
    func place(of text: String, from place: Int) -> Int? {
        let start = byteOffset(of: place)
        for lead in [0, 1] where start + lead + text.utf8.count <= bytes.count {
            if bytes[(start + lead)...].starts(with: text.utf8) { return place + lead }
        }
        return nil
    }

    /// Whether a line begins as the key does that makes a registry file, in UTF-16 too.
    var hasNamespaceLine: Bool {
        let key = Array("namespace:".utf8)
        var beginsLine = true
        let bytes = bytes.prefix(4).contains(0) ? bytes.filter { $0 != 0 && $0 < 0x80 } : bytes
        for (offset, byte) in bytes.enumerated() {
            if beginsLine, bytes[offset...].starts(with: key) { return true }
            beginsLine = byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
        }
        return false
    }

    /// Whether what stands at `place` may be a secret, or next to one.
    func mayShowVariable(at place: Int) -> Bool { variableLines.contain(byteOffset(of: place), of: bytes) }

    /// `nil`: the line is not to be shown.
    func excerpt(around place: Int) -> Excerpt? {
        let place = min(place, scalarCount)
        if mayShowVariable(at: place) { return nil }
        let line = line(of: place)
        let lineStart = Int(lineStarts[line])
        let lineEnd = line + 1 < lineStarts.count ? Int(lineStarts[line + 1]) : scalarCount
        let start = max(lineStart, place - Excerpt.reach.before)
        let end = min(lineEnd, place + Excerpt.reach.after)
        return Excerpt(
            before: scalars(start..<place), cutBefore: start > lineStart,
            after: scalars(place..<end), cutAfter: end < lineEnd)
    }

    /// Bytes that are not UTF-8 come out as U+FFFD; line ends are left out.
    private func scalars(_ places: Range<Int>) -> String.UnicodeScalarView {
        let slice = bytes[byteOffset(of: places.lowerBound)..<byteOffset(of: places.upperBound)]
        var scalars = String(decoding: slice, as: UTF8.self).unicodeScalars
        while let last = scalars.last, last == "\n" || last == "\r" { scalars.removeLast() }
        return scalars
    }

    /// The last line that begins at or before `place`, counted from 0.
    private func line(of place: Int) -> Int {
        var (low, high) = (0, lineStarts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if Int(lineStarts[middle]) <= place { low = middle } else { high = middle }
        }
        return low
    }

    private func byteOffset(of place: Int) -> Int {
        guard place < scalarCount else { return bytes.count }
        var offset = Int(checkpoints[place / Self.stride])
        for _ in 0..<place % Self.stride {
            offset += 1
            while !Self.beginsScalar(bytes[offset]) { offset += 1 }
        }
        return offset
    }
}
