import Model
import Registry
import Testing
import Values

@testable import Crontabs
@testable import Crontool

@Suite("What is imported")
struct RoundTripTests {
    @Test(
        "reads back as the same string",
        arguments: [
            "null", "True", "no", "12", "0x1f", "1e3", ".inf", "~", "", " a ", "a: b", "a #b", "- a", "'", "\"",
            "''\"\"",
            "\\", "\\n", "a\tb", "\u{1B}[0m", "\u{7F}", "\u{85}\u{2028}", "\u{FEFF}x", "é日本😀", "*a", "&a", "!a", "%a",
            "@a",
            "`a`", "{a", "[a", "|", ">", "?", "a\u{301}", "\u{10FFFD}", "\r", "a\nb\n", "<<", "=", "/", "/a-b_c.d",
        ])
    func strings(text: String) throws {
        let yaml = "namespace: n\nentries:\n  - name: x\n    kind: k\n    text: \(YAMLScalar.text(text))\n    last: 1\n"
        let load = RegistrySnapshot.load([RegistryFile(path: "r.yaml", bytes: Array(yaml.utf8))])
        let entry = try #require(load.snapshot?.entries.first, "\(load.errors)")
        #expect(entry.data["text"] == .string(text))
        #expect(entry.data["last"] == .int(1))
    }

    /// Characters that mean something to cron, to YAML or to a terminal.
    private static let alphabet = Array("ab '\"\\:#-&*!|>{}[],?%@`=$\t\u{1B}\u{85}\u{2028}\u{FEFF}é😀0.~<\r").map(
        String.init)

    private func text(_ random: inout some RandomNumberGenerator) -> String {
        (0..<Int.random(in: 1...24, using: &random)).map { _ in Self.alphabet.randomElement(using: &random)! }.joined()
    }

    @Test("has the commands, the settings and the comments of any crontab as they were")
    func crontabs() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            let (command, value, comment) = (text(&random), text(&random), text(&random))
            let expected = CrontabCommand(lineEndRemoved("x" + command))
            let entry = try #require(
                try imported("A='\(value.filter { $0 != "'" })'\n# c\(comment)\n@daily x\(command)\n").first)
            #expect(entry.data["command"] == .string(expected.command))
            #expect(entry.data["stdin"] == expected.standardInput.map { .string($0) })
            #expect(entry.data["environment"]?["A"] == .string(endTrimmed(value.filter { $0 != "'" })))
            #expect(entry.meta["comment"] == .string(CrontabText.trimmed(lineEndRemoved("c" + comment))))
        }
    }
}

/// Blanks at the end of a value do not count, in quotes too.
private func endTrimmed(_ text: String) -> String {
    let scalars = text.unicodeScalars
    let end = scalars.lastIndex { $0 != " " && $0 != "\t" }
    return end.map { String(String.UnicodeScalarView(scalars[...$0])) } ?? ""
}

/// A carriage return at the end of a line belongs to its end.
private func lineEndRemoved(_ line: String) -> String {
    line.unicodeScalars.last == "\r" ? String(String.UnicodeScalarView(line.unicodeScalars.dropLast())) : line
}
