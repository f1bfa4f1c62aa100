import Testing

@testable import Web

@Suite("Text of pages")
struct HTMLTests {
    @Test("has nothing of a user's that could be a tag, end a value, or be obeyed")
    func escape() {
        let hostile = "<script>alert('x')</script> \" & \u{1B}[31m \u{202E}"
        let html: HTML = "<td title=\"\(hostile)\">\(hostile)</td>"
        let safe = "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &quot; &amp; \\u{1B}[31m \\u{202E}"
        #expect(html.text == "<td title=\"\(safe)\">\(safe)</td>")
    }

    @Test("keeps what is text of a page already, lines, tabs and letters of all languages")
    func keep() {
        let inner: HTML = "<b>\("Žė\n\t€")</b>"
        let outer: HTML = "\(inner)\([inner, inner])\(3)"
        #expect(outer.text == "<b>Žė\n\t€</b><b>Žė\n\t€</b><b>Žė\n\t€</b>3")
    }
}
