import Testing

@testable import Clocks

@Suite("A path as text")
struct PathTextTests {
    @Test("is the path where that is UTF-8", arguments: ["", "a/b", "café", "\u{10FF7F}", "\u{F4}"])
    func plain(path: String) {
        #expect(PathText.text(Array(path.utf8)) == path)
        #expect(PathText.bytes(path) == nil)
        #expect(PathText.shown(path) == path)
    }

    @Test("gives back each byte that is none, and shows it")
    func bytes() {
        let name = Array(UInt8(1)...0xFF)
        let text = PathText.text(name)
        #expect(PathText.bytes(text) == name)
        #expect(PathText.shown(text).hasSuffix(#"\xfd\xfe\xff"#))
        #expect(PathText.shown(PathText.text([0x61, 0xE9])) == #"a\xe9"#)
    }

    @Test(
        "keeps a name apart that has the scalars which stand for bytes",
        arguments: [UInt32(0x10FF80), 0x10FFBF, 0x10FFC0, 0x10FFFF])
    func reserved(scalar: UInt32) throws {
        let name = Array(String(try #require(Unicode.Scalar(scalar))).utf8)
        #expect(PathText.bytes(PathText.text(name)) == name)
    }

    @Test("gives back any bytes")
    func random() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            let name = (0..<Int.random(in: 1...9, using: &generator)).map { _ in
                [0xF4, 0x8F, 0xBE, 0xBF, 0x80, 0xFF, 0x61].randomElement(using: &generator) ?? 0x61 as UInt8
            }
            let text = PathText.text(name)
            #expect(PathText.bytes(text) ?? Array(text.utf8) == name)
        }
    }
}
