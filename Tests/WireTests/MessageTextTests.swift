import Testing
import Wire

@Suite("A message's text")
struct MessageTextTests {
    private func message(_ text: String) -> String {
        var message = MessageWriter("v")
        message.field("k", text[...])
        return String(decoding: message.finish(), as: UTF8.self)
    }

    /// The fields of a line as names and texts.
    private func fields(_ line: String) throws -> [String] {
        try Array(line.utf8).withUnsafeBytes { bytes in
            let reader = try MessageReader(bytes)
            var fields: [String] = []
            for index in 0..<reader.count { fields.append("\(reader[index].name)|\(try reader[index].text())") }
            return fields
        }
    }

    @Test(
        "stands in quotes where it must",
        arguments: [
            ("x", "x"), ("é日😀", "é日😀"), ("a:b/c,d'e", "a:b/c,d'e"), ("", #""""#), ("a b", #""a b""#),
            ("a=b", #""a=b""#), ("\"", #""\"""#), ("\\", #""\\""#), ("\n\r\t", #""\n\r\t""#),
            ("\u{0}\u{1}\u{1F}\u{7F}", #""\x00\x01\x1f\x7f""#), ("\r\n", #""\r\n""#),
            ("\u{85}\u{2028}", "\u{85}\u{2028}"),
        ])
    func quoting(text: String, written: String) throws {
        #expect(message(text) == "v k=\(written)\n")
        #expect(try fields("v k=\(written)") == ["k|\(text)"])
    }

    @Test(
        "is read wherever it stands",
        arguments: [
            ("v", []), ("v ", []), ("v  a=1   b=2  ", ["a|1", "b|2"]), ("v a=", ["a|"]), ("v a= b=\"\"", ["a|", "b|"]),
            (#"v a=x"y"#, [#"a|x"y"#]), (#"v a=x\n"#, [#"a|x\n"#]), ("v a=b=c", ["a|b=c"]),
            (#"v a="b=c d=\"e\"" f=g"#, [#"a|b=c d="e""#, "f|g"]), (#"v a="\xc3\xa9""#, ["a|é"]),
        ] as [(String, [String])])
    func reading(line: String, expected: [String]) throws {
        #expect(try fields(line) == expected)
    }

    @Test(
        "that does not fit goes on in the next message, whole characters at a time",
        arguments: ["x", "日", "\u{1}", "😀"])
    func pieces(character: String) throws {
        let text = String(repeating: character, count: 5_000)
        var (rest, read, count) = (text[...], "", 0)
        while !rest.isEmpty, count < 100 {
            var message = MessageWriter("v")
            rest = message.field("k", rest)
            let bytes = message.finish()
            #expect(bytes.count <= WireFormat.longestMessage)
            for field in try fields(String(decoding: bytes.dropLast(), as: UTF8.self)) { read += field.dropFirst(2) }
            count += 1
        }
        #expect(read == text)
    }

    @Test("has room for more fields than any message that is known", arguments: [0, 31, 32, 33, 300])
    func manyFields(count: Int) throws {
        let names = (0..<count).map { "k\($0)" }
        #expect(try fields("v" + names.map { " \($0)=\($0)" }.joined()) == names.map { "\($0)|\($0)" })
    }

    @Test("is compared by its bytes: a verb or key is known only if it is the same")
    func names() throws {
        try Array("ready readyness=1 Run=2 run=3".utf8).withUnsafeBytes { bytes in
            let reader = try MessageReader(bytes)
            let verbs = (reader.isVerb("ready"), reader.isVerb("read"), reader.isVerb("readyness"))
            #expect(verbs == (true, false, false))
            let fields = (reader[0], reader[1], reader[2])
            #expect(!fields.0.isNamed("ready"))
            #expect(!fields.1.isNamed("run"))
            #expect(fields.2.isNamed("run"))
        }
    }
}
