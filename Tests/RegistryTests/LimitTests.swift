import Registry
import Testing
import Values

@Suite("A limit")
struct LimitTests {
    private func limits(_ change: (inout RegistryLimits) -> Void) -> RegistryLimits {
        var limits = RegistryLimits()
        change(&limits)
        return limits
    }

    @Test("on the size of a file refuses that file alone")
    func fileBytes() {
        let limits = limits { $0.fileBytes = 30 }
        let load = load(
            ["a": "namespace: a\nentries: []", "b": "namespace: b\nentries: [        ]", "c": "namespace: ["],
            limits: limits)
        #expect(
            load.errors.map(\.description).prefix(1) == ["b:1:1: the file has 32 bytes; expected at most 30"])
        #expect(load.errors.map(\.location.file) == ["b", "c"])
    }

    @Test("on the size of all files ends the reading")
    func totalBytes() {
        let file = "namespace: a\nentries: []"
        let load = load(["a": file, "b": file, "c": file], limits: limits { $0.totalBytes = 50 })
        #expect(
            load.errors.map(\.description) == ["c:1:1: the registry has more than 50 bytes; expected at most that many"]
        )
    }

    @Test("on the number of files ends the reading")
    func files() {
        let file = "namespace: a\nentries: []"
        let load = load(["a": file, "b": file, "c": "[", "d": "["], limits: limits { $0.files = 2 })
        #expect(
            load.errors.map(\.description) == ["c:1:1: the registry has more than 2 files; expected at most that many"])
    }

    @Test("on the number of entries holds over all files")
    func entries() {
        let files: KeyValuePairs = [
            "a": "namespace: a\nentries: [{name: x, kind: k}]",
            "b": "namespace: b\nentries: [{name: x, kind: k}, {name: y, kind: k}]",
        ]
        #expect(load(files, limits: limits { $0.entries = 3 }).errors == [])
        #expect(
            load(files, limits: limits { $0.entries = 2 }).errors.map(\.description)
                == ["b:2:31: the registry has more than 2 entries; expected at most that many"])
    }

    @Test("on the number of values holds over all files")
    func totalNodes() {
        // Six values each: the map, the namespace, the list, the entry, its name and its kind.
        let files: KeyValuePairs = [
            "a": "namespace: a\nentries: [{name: x, kind: k}]", "b": "namespace: b\nentries: [{name: x, kind: k}]",
        ]
        #expect(load(files, limits: limits { $0.totalNodes = 20 }).errors == [])
        #expect(
            load(files, limits: limits { $0.totalNodes = 19 }).errors.map(\.description)
                == ["b:1:1: the registry has more than 19 values; expected at most that many"])
    }

    @Test("on the depth counts lists and maps, written or through aliases")
    func depth() {
        let limits = limits { $0.depth = 6 }
        #expect(errors(in: registry(data: "a: [[[]]]"), limits: limits) == [])
        #expect(
            errors(in: registry(data: "a: [[[[]]]]"), limits: limits)
                == ["registry.yaml:5:9: lists and maps 7 deep; expected at most 6 levels"])
        #expect(errors(in: registry(data: "a: &a [[]]\nb: [*a]"), limits: limits) == [])
        #expect(
            errors(in: registry(data: "a: &a [[]]\nb: [[*a]]"), limits: limits)
                == ["registry.yaml:6:8: lists and maps 7 deep; expected at most 6 levels"])
    }

    @Test(
        "on the depth stops a text of nothing but brackets at once", arguments: ["[", "{", "- ", "? ", "{a: ", "[{a: "])
    func deepText(opening: String) throws {
        let text = String(repeating: opening, count: 100_000)
        let error = try #require(errors(in: text).first)
        #expect(error.hasSuffix(": lists and maps 65 deep; expected at most 64 levels"))
    }

    @Test("on the values counts those of an alias each time")
    func aliases() {
        let limits = limits { $0.fileNodes = 20 }
        // Nodes: 13 keys and values outside, the list with its two items, and three for each alias.
        #expect(errors(in: registry(data: "a: &a [1, 2]\nb: [*a]"), limits: limits) == [])
        let errors = errors(in: registry(data: "a: &a [1, 2]\nb: [*a, *a, *a]"), limits: limits)
        #expect(errors.count == 1)
        #expect(errors.first?.contains("the file has more than 20 values once its aliases are expanded") == true)
    }

    @Test(
        "on the values refuses a billion laughs, of lists, of maps and of merges, at once",
        arguments: [
            ("[x, x, x, x, x, x, x, x, x, x]", "[*, *, *, *, *, *, *]"),
            ("{k: x, l: x}", "{a: *, b: *, c: *, d: *, e: *, f: *}"),
            ("{k: x, l: x}", "{<<: [*, *, *, *], a: *, b: *, c: *}"),
        ])
    func billionLaughs(first: String, next: String) throws {
        var lines = ["k0: &a0 \(first)"]
        for level in 1...60 {
            let items = next.split(separator: "*", omittingEmptySubsequences: false).joined(separator: "*a\(level - 1)")
            lines.append("k\(level): &a\(level) \(items)")
        }
        let errors = errors(in: registry(data: lines.joined(separator: "\n")))
        #expect(errors.count == 1)
        #expect(try #require(errors.first).contains("the file has more than 1000000 values"))
    }

    @Test("on %TAG directives holds before libyaml sees them", arguments: ["\n", "\r\n", "\r"])
    func tagDirectives(lineEnd: String) {
        func text(_ count: Int) -> String {
            let directives = (0..<count).map { "%TAG !a\($0)! tag:x" }.joined(separator: lineEnd)
            return directives + "\(lineEnd)---\nnamespace: a\nentries: []"
        }
        #expect(errors(in: text(16)) == [])
        #expect(errors(in: text(17)) == ["registry.yaml:17:1: more than 16 %TAG directives; expected none"])
        #expect(errors(in: text(100_000)).count == 1)
    }
}
