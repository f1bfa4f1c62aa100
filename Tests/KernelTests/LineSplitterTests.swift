import Testing

@testable import Kernel

@Suite("A stream of lines")
struct LineSplitterTests {
    private struct Line: Hashable {
        var bytes: [UInt8]
        var lost = 0
    }

    private static func split(_ chunks: [[UInt8]], longest: Int) -> [Line] {
        var splitter = LineSplitter(longest: longest)
        var lines: [Line] = []
        for chunk in chunks {
            chunk.withUnsafeBytes { splitter.feed($0) { lines.append(Line(bytes: Array($0), lost: $1)) } }
        }
        splitter.finish { lines.append(Line(bytes: Array($0), lost: $1)) }
        return lines
    }

    private static func split(_ chunks: String..., longest: Int = 10) -> [Line] {
        split(chunks.map { Array($0.utf8) }, longest: longest)
    }

    private static func line(_ text: String, lost: Int = 0) -> Line { Line(bytes: Array(text.utf8), lost: lost) }

    @Test("is cut at each newline, wherever the reads were cut")
    func pieces() {
        let expected = [Self.line("one"), Self.line(""), Self.line("two")]
        #expect(Self.split("one\n\ntwo\n") == expected)
        #expect(Self.split("o", "ne", "\n", "\n", "", "two\n") == expected)
    }

    @Test("ends with what has come of its last line, if anything has")
    func end() {
        #expect(Self.split("one\ntw", "o") == [Self.line("one"), Self.line("two")])
        #expect(Self.split("one\n") == [Self.line("one")])
        #expect(Self.split("") == [])
    }

    @Test("has its long lines cut, and tells by how much")
    func longLines() {
        #expect(Self.split("0123456789\n") == [Self.line("0123456789")])
        #expect(Self.split("0123456789x\n") == [Self.line("0123456789", lost: 1)])
        #expect(
            Self.split("01234", "56789abc", "def\nnext\n") == [Self.line("0123456789", lost: 6), Self.line("next")])
        #expect(Self.split("0123456789", "\n") == [Self.line("0123456789")])
        #expect(Self.split("0123456789", "x") == [Self.line("0123456789", lost: 1)])
    }

    @Test("may hold any bytes, NUL among them")
    func anyBytes() {
        #expect(
            Self.split([[0, 0xFF, 0x0A, 0], [0x0D, 0x0A]], longest: 10).map(\.bytes) == [[0, 0xFF], [0, 0x0D]])
    }

    @Test("splits the same in any chunks as in one piece")
    func chunking() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            let bytes = (0..<Int.random(in: 0...600, using: &random)).map { _ in
                UInt8.random(in: 0...40, using: &random)
            }
            let longest = Int.random(in: 1...60, using: &random)
            #expect(Self.split(chunks(of: bytes, &random), longest: longest) == Self.whole(bytes, longest: longest))
        }
    }

    private func chunks(of bytes: [UInt8], _ random: inout SystemRandomNumberGenerator) -> [[UInt8]] {
        var chunks: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Int.random(in: 0...30, using: &random)
            chunks.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return chunks
    }

    private static func whole(_ bytes: [UInt8], longest: Int) -> [Line] {
        var pieces = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        if pieces.last?.isEmpty == true { pieces.removeLast() }
        return pieces.map { Line(bytes: Array($0.prefix(longest)), lost: max(0, $0.count - longest)) }
    }

    @Test("takes no more memory than its longest line, and none between lines")
    func memory() {
        var splitter = LineSplitter(longest: 2_048)
        let chunk = [UInt8](repeating: 0x78, count: 64 * 1_024)
        for _ in 0..<100 { chunk.withUnsafeBytes { splitter.feed($0) { _, _ in Issue.record("there is no line") } } }
        #expect(splitter.capacity <= 4_096)
        var lost: [Int] = []
        ([0x0A] as [UInt8]).withUnsafeBytes { splitter.feed($0) { lost.append($1) } }
        #expect(lost == [100 * 64 * 1_024 - 2_048])
        #expect(splitter.capacity == 0)
    }
}

extension LineSplitter {
    fileprivate var capacity: Int {
        Mirror(reflecting: self).children.compactMap { ($0.value as? [UInt8])?.capacity }.reduce(0, +)
    }
}
