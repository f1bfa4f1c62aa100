import Testing
import Values

@Suite("A JSON string")
struct JSONStringTests {
    @Test(
        "has escapes for what it may not hold as it is, and for nothing else",
        arguments: [
            ("", #""""#), ("a\"b\\c", #""a\"b\\c""#), ("\n\r\t", #""\n\r\t""#), ("\r\n", #""\r\n""#),
            ("\0\u{1F}\u{7F}", #""\u0000\u001f\u007f""#), ("é日本😀/", "\"é日本😀/\""),
            ("\u{2028}\u{2029}", "\"\u{2028}\u{2029}\""),
        ])
    func quoting(text: String, written: String) {
        #expect(JSONString.quoted(text) == written)
    }
}
