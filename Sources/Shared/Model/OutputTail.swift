/// The last lines of what is not logged as it comes, in their order, and how many are left out before and after them.
package struct OutputTail: Sendable {
    package enum Kind: UInt8, Sendable {
        /// From the worker's own standard output or error.
        case plain
        /// From a command.
        case standardOutput, standardError
        /// A message of the logger's, as the worker has sent it; it is as long as the text in it.
        case log
    }

    package struct Loss: Hashable, Sendable {
        package private(set) var lines = 0
        package private(set) var bytes = 0

        package mutating func add(lines: Int = 1, bytes: Int) {
            self.lines = Self.sum(self.lines, lines)
            self.bytes = Self.sum(self.bytes, bytes)
        }

        private static func sum(_ left: Int, _ right: Int) -> Int {
            let (sum, overflow) = left.addingReportingOverflow(right)
            return overflow ? .max : sum
        }
    }

    package enum Part {
        case loss(Loss)
        /// `full`: how many bytes it had if it was cut, else 0. Of the logger's, those of its text.
        case line(Kind, UnsafeRawBufferPointer, full: Int)
    }

    private struct Line {
        var full: Int
        var count: Int32
        var kind: Kind

        /// In bytes of text, with what was cut off.
        var size: Int { kind == .log ? full : max(Int(count), full) }
    }

    /// What each line takes beside its text, in bytes.
    package static let lineSize = MemoryLayout<Line>.stride
    /// The text of all lines.
    package static let mostBytes = 64 * 1_024

    private let most: Int
    private var bytes: [UInt8] = []
    private var lines: [Line] = []
    /// Those before have gone.
    private var firstByte = 0
    private var firstLine = 0
    private var before = Loss()
    private var after = Loss()

    /// `most`: so many lines.
    package init(most: Int) { self.most = most }

    package var lineCount: Int { lines.count - firstLine }
    /// Nothing is kept, and nothing was left out.
    package var isEmpty: Bool { lineCount == 0 && before.lines == 0 && after.lines == 0 }
    /// In bytes of memory.
    package var footprint: Int { bytes.count - firstByte + lineCount * MemoryLayout<Line>.stride }

    package mutating func append(_ text: UnsafeRawBufferPointer, _ kind: Kind, full: Int) {
        if after.lines > 0 { drop() }
        bytes.append(contentsOf: text)
        lines.append(Line(full: full, count: Int32(text.count), kind: kind))
        while lineCount > most || bytes.count - firstByte > Self.mostBytes { dropFirst() }
    }

    /// Lines that come after all that is kept, and do not come here.
    package mutating func lose(lines: Int, bytes: Int) {
        if lineCount == 0 { before.add(lines: lines, bytes: bytes) } else { after.add(lines: lines, bytes: bytes) }
    }

    /// Leaves out all lines: what comes next comes after one gap.
    package mutating func drop() {
        dropAll(but: 0)
        before.add(lines: after.lines, bytes: after.bytes)
        after = Loss()
        // Most runs need no memory for a tail.
        (bytes, lines, firstByte, firstLine) = ([], [], 0, 0)
    }

    /// Leaves out all but so many of the last lines.
    package mutating func dropAll(but count: Int) { while lineCount > count { dropFirst() } }

    private mutating func dropFirst() {
        before.add(bytes: lines[firstLine].size)
        forgetFirst()
        if firstLine > lineCount / 4 + 16 { compact() }
    }

    private mutating func forgetFirst() {
        firstByte += Int(lines[firstLine].count)
        firstLine += 1
    }

    private mutating func compact() {
        bytes.removeFirst(firstByte)
        lines.removeFirst(firstLine)
        (firstByte, firstLine) = (0, 0)
    }

    /// Takes so many of the first lines out, with what was left out before them, and after them if they are all.
    package mutating func take(first count: Int, _ body: (Part) -> Void) {
        Self.report(&before, body)
        bytes.withUnsafeBytes { bytes in
            for line in lines[firstLine..<firstLine + count] {
                let text = UnsafeRawBufferPointer(rebasing: bytes[firstByte..<firstByte + Int(line.count)])
                body(.line(line.kind, text, full: line.full))
                firstByte += text.count
            }
        }
        firstLine += count
        if lineCount == 0 {
            Self.report(&after, body)
            drop()
        } else if count > 0 {
            compact()
        }
    }

    private static func report(_ loss: inout Loss, _ body: (Part) -> Void) {
        if loss.lines > 0 { body(.loss(loss)) }
        loss = Loss()
    }
}
