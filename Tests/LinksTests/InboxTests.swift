import Kernel
import TestSupport
import Testing

@testable import Links

@Suite("The reading end of a pipe")
struct InboxTests {
    private struct Line: Hashable {
        var text: String
        var lost = 0
    }

    /// Reads `count` times, and what is left of the last line if nothing more comes.
    private func read(_ inbox: inout Inbox, _ count: Int) -> [Line] {
        var lines: [Line] = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 8, alignment: 1)
        defer { buffer.deallocate() }
        func add(_ line: UnsafeRawBufferPointer, _ lost: Int) {
            lines.append(Line(text: String(decoding: line, as: UTF8.self), lost: lost))
        }
        for _ in 0..<count {
            switch inbox.read(into: buffer) {
            case .bytes(let count): inbox.split(buffer, count, add)
            case .wouldBlock: break
            case .closed: inbox.finish(add)
            }
        }
        return lines
    }

    @Test("gives lines, cut where they are too long, and the last one at its end")
    func lines() throws {
        let pipe = try TestPipe()
        var inbox = Inbox(try pipe.takeReader(), longestLine: 5)
        try pipe.write("one\nsixsix\ntw")
        #expect(read(&inbox, 3) == [Line(text: "one"), Line(text: "sixsi", lost: 1)])
        pipe.closeWriter()
        var rest: [Line] = []
        _ = eventually {
            rest += read(&inbox, 1)
            return !rest.isEmpty
        }
        #expect(rest == [Line(text: "tw")])
    }

    @Test("takes no more than it was told, and no line that is cut by that")
    func bound() throws {
        let pipe = try TestPipe()
        var inbox = Inbox(try pipe.takeReader(), longestLine: 100, most: 8)
        try pipe.write("one\nand more\n")
        #expect(read(&inbox, 5) == [Line(text: "one")])
    }

    @Test("has nothing to say when it is closed")
    func closed() throws {
        let pipe = try TestPipe()
        var inbox = Inbox(try pipe.takeReader(), longestLine: 100)
        try pipe.write("one\n")
        inbox.close(try Poller(capacity: 1))
        #expect(inbox.end == nil)
        #expect(read(&inbox, 1) == [])
    }
}
