package import Kernel

/// Reads lines from the standard input and writes what is answered to each to the standard output: all answers to what came at
/// once with one write, so that a program that waits for an answer before its next question gets it.
package enum LineFeed {
    private static let blockSize = 1 << 16

    package static func run(_ lines: inout SlotLines) throws(SystemError) {
        var splitter = LineSplitter(longest: SlotLines.longestLine)
        var output: [UInt8] = []
        output.reserveCapacity(2 * blockSize)
        var failure: SystemError?
        func flush() {
            guard failure == nil else { return }
            do throws(SystemError) { try StandardDescriptors.writeOutput(output) } catch { failure = error }
            output.removeAll(keepingCapacity: true)
        }
        func answer(_ line: UnsafeRawBufferPointer, _ lost: Int) {
            guard failure == nil else { return }
            lines.answer(line, lost: lost, into: &output)
            // A line may ask for ten thousand slots.
            if output.count >= blockSize { flush() }
        }
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: blockSize, alignment: 1)
        defer { block.deallocate() }
        while failure == nil, let count = try StandardDescriptors.readInput(into: block) {
            splitter.feed(UnsafeRawBufferPointer(rebasing: block[..<count]), answer)
            flush()
        }
        splitter.finish(answer)
        flush()
        if let failure { throw failure }
    }
}
