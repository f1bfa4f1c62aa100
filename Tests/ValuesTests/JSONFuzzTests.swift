import TestSupport
import Testing
import Values

@Suite("JSON texts at random")
struct JSONFuzzTests {
    @Test("read back as the values they were written for")
    func roundTrip() throws {
        var values = RandomValues(random: SeededGenerator(seed: Fuzz.seed))
        for _ in 0..<Fuzz.iterations(2_000) {
            let value = values.value(depth: 5)
            let text = try JSONCoding.text(of: value)
            let found = try JSONCoding.value(from: Array(text.utf8))
            #expect(found == value, "FUZZ_SEED=\(Fuzz.seed): \(text)")
            #expect(try JSONCoding.text(of: found) == text, "FUZZ_SEED=\(Fuzz.seed)")
        }
    }

    private static let fragments = [
        "[", "]", "{", "}", ",", ":", "\"", "\\", "\\u", "\\ud83d", "\\ude00", "-", "0", "1e", ".", "e999", "null", " ",
        "\n", "\0",
        "\u{FEFF}", "é", "😀", "9223372036854775808", "//", "NaN",
    ].map { Array($0.utf8) }

    /// What is read of a damaged text is a value that can be written, and reads back as itself.
    @Test("that are damaged are refused, or are other values")
    func damaged() throws {
        var values = RandomValues(random: SeededGenerator(seed: Fuzz.seed))
        for _ in 0..<Fuzz.iterations(10_000) {
            var bytes = Array(try JSONCoding.text(of: values.value(depth: 3)).utf8)
            for _ in 0..<1 + values.random.below(3) { damage(&bytes, &values.random) }
            guard let value = try? JSONCoding.value(from: bytes) else { continue }
            let text = try JSONCoding.text(of: value)
            #expect(try JSONCoding.value(from: Array(text.utf8)) == value, "FUZZ_SEED=\(Fuzz.seed): \(text)")
        }
    }

    private func damage(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        let place = random.below(bytes.count + 1)
        switch random.below(4) {
        case 0 where place < bytes.count: bytes[place] = UInt8(random.below(256))
        case 1: bytes.removeSubrange(place..<min(bytes.count, place + random.below(8)))
        case 2: bytes.removeSubrange(place...)
        default: bytes.insert(contentsOf: random.pick(Self.fragments), at: place)
        }
    }
}
