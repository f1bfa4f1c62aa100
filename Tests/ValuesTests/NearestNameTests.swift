import Testing
import Values

@Suite("The nearest name")
struct NearestNameTests {
    private static let known = ["interval", "type", "tags", "stop_timeout"]

    @Test(
        "is the known one that a slip of the hand is closest to",
        arguments: [
            ("intervall", "interval"), ("interva", "interval"), ("intreval", "interval"), ("typ", "type"),
            ("tyep", "type"), ("ytep", nil),
            ("tipe", "type"), ("tag", "tags"), ("stoptimeout", "stop_timeout"), ("type", "type"), ("yx", nil),
            ("", nil), ("time", nil), ("owner", nil), ("INTERVAL", nil), ("x", nil),
        ] as [(String, String?)])
    func nearest(name: String, expected: String?) {
        #expect(NearestName.of(name, among: Self.known) == expected)
    }

    @Test("is the first one in a tie")
    func tie() {
        #expect(NearestName.of("cat", among: ["bat", "rat"]) == "bat")
        #expect(NearestName.of("cat", among: [] as [String]) == nil)
    }

    @Test("makes a hint")
    func hint() {
        #expect(NearestName.hint(for: "typo", among: Self.known) == "; did you mean 'type'?")
        #expect(NearestName.hint(for: "owner", among: Self.known) == "")
    }
}
