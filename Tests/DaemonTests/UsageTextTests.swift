import Host
import Testing

@Suite("The usage in a help")
struct UsageTextTests {
    private static let usage = "USAGE: tool do <path> ... [--one <value>] [--two] [--three <value> <other>]"

    @Test("is broken between its arguments, and goes on below the first")
    func broken() {
        let expected = """
            A text
            USAGE: tool do <path> ...
                           [--one <value>] [--two]
                           [--three <value> <other>]

            more
            """
        #expect(UsageText.fitted("A text\n\(Self.usage)\n\nmore", width: 40) == expected)
    }

    @Test("stays as it is where it fits, or nobody knows how wide the screen is")
    func whole() {
        for width in [nil, 200] { #expect(UsageText.fitted(Self.usage, width: width) == Self.usage) }
    }
}
