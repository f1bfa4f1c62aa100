import Kernel

/// Reads lines from the standard input and writes what is answered to each to the standard output: all answers to what came at
/// once with one write, so that a program that waits for an answer before its next question gets it.
package enum LineFeed {
    private static let blockSize = 1 << 16

    package static func run(_ lines: inout SlotLines) throws {
        var splitter = LineSplitter(longest: SlotLines.longestLine)
        var output: [UInt8] = []
        output.reserveCapacity(2 * blockSize)
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: blockSize, alignment: 1)
        defer { block.deallocate() }
        while let count = try StandardDescriptors.readInput(into: block) {
            try splitter.feed(UnsafeRawBufferPointer(rebasing: block[..<count])) { line, lost in
                try answer(line, lost, &lines, &output)
            }
            try flush(&output)
        }
        try splitter.finish { line, lost in try answer(line, lost, &lines, &output) }
        try flush(&output)
    }

    private static func answer(
        _ line: UnsafeRawBufferPointer, _ lost: Int, _ lines: inout SlotLines, _ output: inout [UInt8]
    ) throws(SystemError) {
        lines.answer(line, lost: lost, into: &output)
        // A line may ask for ten thousand slots.
        if output.count >= blockSize { try flush(&output) }
    }

    /// A line may end with CR LF.
    static func withoutReturn(_ line: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        line.last == UInt8(ascii: "\r") ? UnsafeRawBufferPointer(rebasing: line.dropLast()) : line
    }

    private static func flush(_ output: inout [UInt8]) throws(SystemError) {
        try StandardDescriptors.writeOutput(output)
        output.removeAll(keepingCapacity: true)
    }
}
