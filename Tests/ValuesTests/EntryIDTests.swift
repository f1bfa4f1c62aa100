import Testing
import Values

@Suite("An entry ID")
struct EntryIDTests {
    @Test(
        "is a namespace, a colon and a name",
        arguments: [
            ("app:job.heartbeat", "app", "job.heartbeat", "heartbeat"), ("a:b", "a", "b", "b"),
            ("app.billing:run", "app.billing", "run", "run"), ("A-1:x_y", "A-1", "x_y", "x_y"),
        ])
    func parts(text: String, namespace: String, name: String, last: String) throws {
        let id = try #require(EntryID(text))
        #expect(id.namespace == namespace)
        #expect(id.name == name)
        #expect(id.lastComponent == last)
        #expect(id.description == text)
        #expect(id == EntryID(namespace: namespace, name: name))
    }

    @Test("is nothing else", arguments: ["", ":", "a", "a:", ":b", "a:b:c", "a b:c", "a:ö", "a:b\n", "a/b:c"])
    func invalid(text: String) {
        #expect(EntryID(text) == nil)
    }

    @Test("has parts of at most 128 bytes")
    func length() {
        let longest = String(repeating: "x", count: 128)
        #expect(EntryID(namespace: longest, name: longest) != nil)
        #expect(EntryID(namespace: longest + "x", name: longest) == nil)
        #expect(EntryID(namespace: longest, name: longest + "x") == nil)
    }

    @Test("sorts by its text")
    func order() throws {
        let ids = ["b:a", "a:b", "a:a"].compactMap { EntryID($0) }
        #expect(ids.sorted().map(\.description) == ["a:a", "a:b", "b:a"])
    }
}
