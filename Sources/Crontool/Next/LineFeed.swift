package import Kernel

/// Reads lines from the standard input and writes what is answered to each to the standard output: all answers to what came at
/// once with one write, so that a program that waits for an answer before its next question gets it.
package enum LineFeed {
    private static let blockSize = 1 << 16

    package static func run(_ lines: inout SlotLines) throws(SystemError) {
        var splitter = LineBlocks(longestLine: SlotLines.longestLine)
        var output: [UInt8] = []
        output.reserveCapacity(2 * blockSize)
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: blockSize, alignment: 1)
        defer { block.deallocate() }
        while let count = try StandardDescriptors.readInput(into: block) {
            try splitter.take(UnsafeRawBufferPointer(rebasing: block[..<count])) { line throws(SystemError) in
                try answer(line, &lines, &output)
            }
            try flush(&output)
        }
        try splitter.finish { line throws(SystemError) in try answer(line, &lines, &output) }
        try flush(&output)
    }

    private static func answer(
        _ line: LineBlocks.Line, _ lines: inout SlotLines, _ output: inout [UInt8]
    ) throws(SystemError) {
        switch line {
        case .whole(let bytes): lines.answer(bytes, into: &output)
        case .tooLong: SlotLines.answerTooLong(into: &output)
        }
        // A line may ask for ten thousand slots.
        if output.count >= blockSize { try flush(&output) }
    }

    private static func flush(_ output: inout [UInt8]) throws(SystemError) {
        try StandardDescriptors.writeOutput(output)
        output.removeAll(keepingCapacity: true)
    }
}
