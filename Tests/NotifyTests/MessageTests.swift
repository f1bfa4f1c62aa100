import Clocks
import Testing
import Values

@testable import Notify

@Suite("What is sent")
struct MessageTests {
    private func event(_ json: String) throws -> NotifyEvent {
        NotifyEvent(try JSONCoding.value(from: Array(json.utf8)))
    }

    @Test("to curl has its quotes, and no character that would end them")
    func config() {
        #expect(CurlConfig.quoted("a\"b\\c\nd\re\tf\u{0B}g\0h") == #""a\"b\\c\nd\re\tf\vg"# + "\u{FFFD}h\"")
        var request = Curl.Request(url: "https://h/\"u", maxTime: .milliseconds(1_050))
        #expect(CurlConfig.text(of: request).contains("url = \"https://h/\\\"u\"\n"))
        #expect(CurlConfig.text(of: request).contains("max-time = 1.050\n"))
        #expect(!CurlConfig.text(of: request).contains("data"))
        (request.body, request.caFile, request.proxy) = ("@file", "/ca", "http://p:1")
        request.headers = ["X: y"]
        let text = CurlConfig.text(of: request)
        for line in ["data-raw = \"@file\"", "cacert = \"/ca\"", "proxy = \"http://p:1\"", "header = \"X: y\""] {
            #expect(text.contains(line + "\n"), "\(line)")
        }
    }

    @Test("to chats keeps their signs out of the text")
    func chats() throws {
        let event = try event(#"{"message": "a <b> & c", "output": "x\n```\n<!channel>\n\n"}"#)
        #expect(
            ChatText.slack(event)["text"]
                == .string("a &lt;b&gt; &amp; c\n```\nx\n'''\n&lt;!channel&gt;\n```"))
        let card = ChatText.teams(event)["attachments"]?.list?.first?["content"]
        #expect(card?["body"]?.list?.map { $0["text"] } == [.string("a <b> & c"), .string("x\n```\n<!channel>")])
    }

    @Test("without a message has one all the same")
    func message() throws {
        #expect(try event(#"{"event": "failure", "entry": "a:b", "error": "e"}"#).message == "a:b: failure: e")
    }

    @Test("by mail is in plain ASCII, one header a line")
    func mail() throws {
        let text = MailText.of(
            try event(
                #"{"message": "a:b failed: ü\nBcc: x", "event": "failure", "entry": "a:b", "incident": 7, "host": "h", "#
                    + #""output": "From me\n.\nend \n=?"}"#), to: ["ops@h", "d\nX: y"], from: "c@h")
        let parts = text.split(separator: "\n\n", maxSplits: 1)
        let headers = parts[0].split(separator: "\n").map(String.init)
        #expect(text.utf8.allSatisfy { $0 < 0x7F })
        #expect(
            headers.prefix(3) == [
                "To: ops@h, dX: y", "From: c@h",
                "Subject: =?utf-8?Q?=5Bh=5D=20a=3Ab=20failed=3A=20=C3=BC=0ABcc=3A=20x?=",
            ])
        #expect(headers.contains("References: <a.b.7@h>"))
        #expect(headers.filter { $0.hasPrefix("Bcc") || $0.hasPrefix("X: ") } == [])
        #expect(parts[1].contains("\n=46rom me\n=2E\nend=20\n=3D?\n"))
    }

    @Test("by mail has no line that is too long for it, whatever is in it")
    func lines() {
        let text = QuotedPrintable.text(of: String(repeating: "äx", count: 5_000))
        #expect(text.split(separator: "\n").allSatisfy { $0.utf8.count <= 76 })
        let words = QuotedPrintable.words(of: String(repeating: "ä ", count: 70))
        #expect(words.split(separator: "\n").allSatisfy { $0.utf8.count <= 76 })
        // No character is cut in two.
        #expect(!words.contains("=C3?="))
    }
}
