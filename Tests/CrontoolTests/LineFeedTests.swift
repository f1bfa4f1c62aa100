import Kernel
import Testing

@testable import Crontool

@Suite("A stream of lines")
struct LineFeedTests {
    /// What comes of blocks with a limit of 8 bytes; `…` for a line that is too long.
    private func lines(_ blocks: [String]) -> [String] {
        var splitter = LineSplitter(longest: 8)
        var lines: [String] = []
        func add(_ line: UnsafeRawBufferPointer, _ lost: Int) {
            lines.append(lost > 0 ? "…" : String(decoding: LineFeed.withoutReturn(line), as: UTF8.self))
        }
        for block in blocks {
            var block = block
            block.withUTF8 { bytes in splitter.feed(UnsafeRawBufferPointer(bytes), add) }
        }
        splitter.finish(add)
        return lines
    }

    @Test(
        "is cut at its line ends, wherever the blocks end",
        arguments: [
            (["a\nb\n"], ["a", "b"]), (["a", "\nb", "\n"], ["a", "b"]), (["a\r\n\r\nb"], ["a", "", "b"]),
            (["a\r", "\nb"], ["a", "b"]), ([], []), ([""], []), (["\n"], [""]), (["a"], ["a"]),
        ])
    func cutting(blocks: [String], expected: [String]) {
        #expect(lines(blocks) == expected)
    }

    @Test(
        "has one answer for a line that is too long, and goes on after it",
        arguments: [
            ["12345678\n", "123456789\n", "x\n"], ["12345678\n1234", "56789\nx\n"],
            ["12345678\n123456789", "0", "\nx"],
        ])
    func tooLong(blocks: [String]) {
        #expect(lines(blocks) == ["12345678", "…", "x"])
    }

    @Test("may end in a line that is too long")
    func tooLongAtEnd() {
        #expect(lines(["a\n", "123456789"]) == ["a", "…"])
    }
}
