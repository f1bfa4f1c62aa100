import Testing
import Values

@Suite("The beginning of a text")
struct BeginningTests {
    @Test(
        "has so many bytes, or fewer where a scalar would be cut",
        arguments: [
            ("abc", 2, "ab"), ("abc", 3, "abc"), ("abc", 9, "abc"), ("", 0, ""), ("aé", 2, "a"), ("aé", 3, "aé"),
            ("a€b", 3, "a"), ("a😀", 4, "a"), ("e\u{301}", 2, "e"), ("é", 1, ""),
        ])
    func bytes(text: String, count: Int, beginning: String) {
        #expect(text[...].beginning(bytes: count).unicodeScalars.elementsEqual(beginning.unicodeScalars))
    }
}
