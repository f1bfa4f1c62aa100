import Testing

@testable import HTTPServer

@Suite("Paths and queries")
struct RequestTargetTests {
    @Test(
        "are read as they were meant",
        arguments: [("/jobs/app:a", "/jobs/app:a"), ("%41%c3%a9", "Aé"), ("a+b", "a+b"), ("", ""), ("%25", "%")])
    func read(_ text: String, _ meant: String) { #expect(RequestTarget.text(text) == meant) }

    @Test("are refused if they are no text", arguments: ["%", "%4", "%zz", "%00", "a%ff", "%c3", "%u0041"])
    func refused(_ text: String) { #expect(RequestTarget.text(text) == nil) }

    @Test("have spaces in a query")
    func plus() { #expect(RequestTarget.text("a+b%2B", plusIsSpace: true) == "a b+") }

    @Test("come back as what they were", arguments: ["app:job.one", "<b>&\"'/?#", "é\n\u{1B}", "100 %"])
    func escape(_ text: String) {
        let escaped = RequestTarget.escape(text)
        #expect(RequestTarget.text(escaped) == text)
        #expect(escaped.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"<>\"'/?#&".utf8.contains($0) })
    }
}
