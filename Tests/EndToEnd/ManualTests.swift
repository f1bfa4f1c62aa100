import Kernel
import Testing

@Suite("The manual pages", .enabled(if: FileSystem.isExecutable("/usr/bin/mandoc"), "needs mandoc"))
struct ManualTests {
    /// Of the text that both must show, so many times.
    private func count(_ words: String, in text: String) -> Int {
        var count = 0
        var rest = text[...]
        while let range = rest.firstRange(of: words) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }

    @Test(
        "show each word of the system's messages, which a formatter may take for its own",
        arguments: ["LUA", "REGISTRY"])
    func messages(page: String) throws {
        try Scene.play { scene in
            let made = try scene.run([scene.path("man")], program: "\(DocumentBlock.root)/Scripts/make-man")
            #expect(made.status == .exited(code: 0))
            let file = scene.path("man/cronsupd-\(page.lowercased()).5")
            let shown = try scene.run(["-T", "ascii", "-O", "width=1000", file], program: "/usr/bin/mandoc")
            // Bold is a letter over itself.
            let text = shown.output.reduce(into: "") { text, letter in
                if letter == "\u{8}" { text.removeLast() } else { text.append(letter) }
            }
            let source = TextFile.read("\(DocumentBlock.root)/docs/\(page).md") ?? ""
            let expected = count("No such file", in: source)
            #expect(expected > 0)
            #expect(count("No such file", in: text) == expected)
        }
    }
}
