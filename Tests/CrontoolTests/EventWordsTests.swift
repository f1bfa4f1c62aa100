import Testing
import Values

@testable import Crontool

@Suite("The words of an event")
struct EventWordsTests {
    private func expect(_ text: String, _ expected: [(String, Value)]) {
        let found = EventWords.members(text)
        #expect(found.map(\.0) == expected.map(\.0), "\(found)")
        #expect(found.map(\.1) == expected.map(\.1), "\(found)")
    }

    @Test("are fields, with the kinds that the log's JSON has")
    func fields() {
        expect("", [])
        expect(
            #"pid=812 status="exit 3" code="7" path=/a\b"#,
            [("pid", .int(812)), ("status", .string("exit 3")), ("code", .string("7")), ("path", .string("/a\\b"))])
        expect(#"a="say \"x\" \\ \n\u{1B}" b=-5"#, [("a", .string("say \"x\" \\ \n\u{1B}")), ("b", .int(-5))])
        expect("big=99999999999999999999 e=", [("big", .string("99999999999999999999")), ("e", .string(""))])
    }

    @Test("of an earlier version are found all the same, and what is no field is kept")
    func others() {
        expect(#"text="say "no", and go" pid=5"#, [("text", .string(#"say "no", and go"#)), ("pid", .int(5))])
        expect(#"text="cut off"#, [("text", .string("cut off"))])
        expect("no words of that kind", [("text", .string("no words of that kind"))])
        expect("a=1 and so on", [("a", .int(1)), ("text", .string("and so on"))])
        expect(#"a="\u{110000}" b="\q\"#, [("a", .string(#"\u{110000}"#)), ("b", .string(#"\q\"#))])
    }
}
