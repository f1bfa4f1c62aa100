import TestSupport
import Testing

@testable import HTTPServer

@Suite("The guard of heads")
struct HeadGuardTests {
    private func judge(_ text: String) -> HeadGuard.Verdict { HeadGuard.judge(Array(text.utf8)[...]) }

    private func isRefused(_ text: String, _ status: Int = 400) -> Bool {
        if case .refused(let found, _) = judge(text) { found == status } else { false }
    }

    private let good = "GET / HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n"

    @Test("waits for the whole of a head, and lets it go on with what follows")
    func whole() {
        #expect(judge(good) == .complete && judge(good + "GET") == .complete)
        for count in 0..<good.utf8.count {
            #expect(HeadGuard.judge(Array(good.utf8)[..<count]) == .incomplete, "the first \(count) bytes")
        }
    }

    @Test(
        "refuses what two programs may read in two ways",
        arguments: [
            "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nhOsT: b\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nTRANSFER-encoding: chunked\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\n",
            "GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n\tc\r\n\r\n",
            "GET / HTTP/1.1\r\n Host: a\r\n\r\n", "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nnothing\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX: b\rc\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX: b\0c\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX\u{E9}: b\r\n\r\n", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        ])
    func smuggling(_ text: String) { #expect(isRefused(text)) }

    @Test("says so before the end of the head has come")
    func early() {
        #expect(isRefused("GET / HTTP/1.1\n"))
        #expect(isRefused("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n"))
        #expect(isRefused("\u{16}\u{3}\u{1}\0"))
    }

    @Test("refuses a head that is too long, or has too many lines")
    func limits() {
        let begin = "GET / HTTP/1.1\r\nHost: a\r\n"
        let filler = String(repeating: "x", count: HeadGuard.longest - begin.utf8.count)
        #expect(judge(begin + filler.dropLast()) == .incomplete && isRefused(begin + filler, 431))
        #expect(isRefused(begin + String(repeating: "X: y\r\n", count: 99), 431))
        #expect(judge(begin + String(repeating: "X: y\r\n", count: 90) + "\r\n") == .complete)
    }

    @Test("comes to the same, however the bytes are cut, and passes no bad line")
    func fuzz() {
        var generator = SeededGenerator(seed: Fuzz.seed)
        let pieces = [
            "GET / HTTP/1.1", "Host: a", "\r\n", "\n", "\r", " ", "\t", "X: y", ":", "\0", "Content-Length: 1", "é",
        ]
        for _ in 0..<Fuzz.iterations(3_000) {
            let count = Int.random(in: 1...14, using: &generator)
            let text = (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined() + "\r\n\r\n"
            let bytes = Array(text.utf8)
            var verdict = HeadGuard.Verdict.incomplete
            for end in 1...bytes.count where verdict == .incomplete { verdict = HeadGuard.judge(bytes[..<end]) }
            #expect(
                verdict == judge(text) || !isSame(verdict, judge(text)), "seed \(Fuzz.seed): \(text.debugDescription)")
            if verdict == .complete {
                let head = text.components(endingWith: "\r\n\r\n")
                #expect(!head.contains("\0") && !head.replacingLines.contains("\n"), "seed \(Fuzz.seed)")
            }
        }
    }

    /// A refusal may give another reason when more has come; it stays one.
    private func isSame(_ left: HeadGuard.Verdict, _ right: HeadGuard.Verdict) -> Bool {
        switch (left, right) {
        case (.refused, .refused): false
        default: left != right
        }
    }
}

extension String {
    fileprivate func components(endingWith end: String) -> String {
        var index = startIndex
        while index < endIndex, !self[index...].hasPrefix(end) { index = self.index(after: index) }
        return String(self[..<index])
    }

    /// Without the ends of lines as they should be. (`\r\n` is one character.)
    fileprivate var replacingLines: String { String(filter { $0 != "\r\n" }) }
}
