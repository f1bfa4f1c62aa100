import Clocks
import Kernel
import Model
import Wire

/// One of a command's two outputs, line by line.
struct CommandStream: ~Copyable {
    let name: Report.Output.Stream
    private let reader: Descriptor
    private var lines = LineSplitter(longest: OutputLimiter.longestLine)
    private(set) var isOpen = true
    /// The last line that is not empty, logged or not.
    private var lastLine: [UInt8] = []

    init(_ name: Report.Output.Stream, _ reader: consuming Descriptor) {
        self.name = name
        self.reader = reader
    }

    var pollHandle: PollHandle? { isOpen ? reader.pollHandle : nil }

    /// The last line that is not empty, without blanks at its end.
    var lastText: String {
        var text = lastLine[...]
        while let last = text.last, ASCII.isSpace(last) { text.removeLast() }
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads once, calls `body` with each line that is complete, and returns how many bytes came.
    mutating func read(
        into buffer: UnsafeMutableRawBufferPointer, _ body: (UnsafeRawBufferPointer, _ cut: Int) -> Void
    ) throws(SystemError) -> Int {
        switch try reader.read(into: buffer) {
        case .bytes(let count):
            feed(UnsafeRawBufferPointer(rebasing: buffer[..<count]), body)
            return count
        case .closed: isOpen = false
        case .wouldBlock: break
        }
        return 0
    }

    /// Calls `body` with what came after the last newline.
    mutating func finish(_ body: (UnsafeRawBufferPointer, _ cut: Int) -> Void) {
        var last = lastLine
        lines.finish { line, cut in
            Self.note(line, &last)
            body(line, cut)
        }
        lastLine = last
    }

    /// Only the last line of a block is copied: a command may write millions.
    private mutating func feed(
        _ bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer, _ cut: Int) -> Void
    ) {
        var last: UnsafeRawBufferPointer?
        var isFirst = true
        lines.feed(bytes) { line, cut in
            // The first one may have begun in a block that is gone when this returns.
            if isFirst { Self.note(line, &lastLine) } else if !Self.isBlank(line) { last = line }
            isFirst = false
            body(line, cut)
        }
        if let last { Self.note(last, &lastLine) }
    }

    private static func note(_ line: UnsafeRawBufferPointer, _ last: inout [UInt8]) {
        guard !isBlank(line) else { return }
        last.removeAll(keepingCapacity: true)
        last.append(contentsOf: line)
    }

    private static func isBlank(_ line: UnsafeRawBufferPointer) -> Bool { line.allSatisfy(ASCII.isSpace) }
}
