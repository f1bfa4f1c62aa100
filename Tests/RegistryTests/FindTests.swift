import Find
import Model
import Registry
import Testing
import Values

@Suite("A search")
struct FindTests {
    private static let text = """
        namespace: app
        entries:
        - {name: job.a, kind: function.lua, meta: {type: cron.job, tags: [fast, 5], owner: {team: core, "on.call": eve}}}
        - {name: job.b, kind: function.swift, meta: {type: cron.job, "a.b": {"c.d": 1}, a: {b: {e: 2}}, on: true}}
        - {name: host, kind: process.host, meta: {type: host, size: 1.5, none: null, deep: [[x]]}}
        - {name: bare, kind: process.lua, meta: {star: a*}}
        """

    /// What the snapshot finds, and its image too.
    private func find(_ criteria: [String: String]) throws -> [String] {
        let load = load(Self.text)
        let snapshot = try #require(load.snapshot, "\(load.errors)")
        let found = try snapshot.find(criteria)
        let image = try RegistryImage.encode(snapshot.entries)
        let inImage = try image.withUnsafeBytes { try RegistryImage($0).find(Criteria(criteria)) }
        #expect(inImage == found)
        return found.map { String($0.id.name) }
    }

    @Test(
        "finds entries by one criterion, in file order",
        arguments: [
            (".kind", "function.lua", ["job.a"]), (".name", "host", ["host"]), (".id", "app:job.b", ["job.b"]),
            (".id", "app:none", []), (".id", "no id", []), (".ns", "app", ["job.a", "job.b", "host", "bare"]),
            (".ns", "ap", []), ("meta.type", "cron.job", ["job.a", "job.b"]), ("meta.type", "cron", []),
            ("meta.type", "CRON.JOB", []), ("meta.tags", "fast", ["job.a"]), ("meta.tags", "5", ["job.a"]),
            ("meta.tags", "slow", []), ("meta.owner.team", "core", ["job.a"]), ("meta.owner", "core", []),
            ("meta.owner.on.call", "eve", ["job.a"]), ("meta.a.b.c.d", "1", ["job.b"]), ("meta.a.b.e", "2", ["job.b"]),
            ("meta.on", "true", ["job.b"]), ("meta.size", "1.5", ["host"]), ("meta.none", "null", ["host"]),
            ("meta.deep", "x", []), ("meta.type.x", "cron.job", []), ("meta.none.x", "", []),
        ])
    func equality(key: String, text: String, names: [String]) throws {
        #expect(try find([key: text]) == names)
    }

    @Test(
        "takes each * of a kind, a name, a namespace or an ID for anything, and of meta for itself",
        arguments: [
            (".kind", "function.*", ["job.a", "job.b"]), (".kind", "*.lua", ["job.a", "bare"]),
            (".kind", "f*.lua", ["job.a"]), (".kind", "*", ["job.a", "job.b", "host", "bare"]),
            (".kind", "*.*", ["job.a", "job.b", "host", "bare"]), (".kind", "function*.lua*", ["job.a"]),
            (".kind", "*ss.*o*t", ["host"]), (".kind", "**lua", ["job.a", "bare"]), (".kind", "x*", []),
            (".kind", "function.lua*lua", []), (".kind", "*lua.*", []), (".name", "job.*", ["job.a", "job.b"]),
            (".name", "*a*", ["job.a", "bare"]), (".name", "*oo*", []),
            (".ns", "a*p", ["job.a", "job.b", "host", "bare"]),
            (".ns", "app*p", []), (".id", "app:job.*", ["job.a", "job.b"]), (".id", "*:b*", ["bare"]),
            ("meta.type", "cron.*", []), ("meta.star", "a*", ["bare"]), ("^.kind", "function.*", []),
            ("*.kind", "*", []),
        ])
    func stars(key: String, text: String, names: [String]) throws {
        #expect(try find([key: text]) == names)
    }

    @Test(
        "compares as the prefix of the key asks",
        arguments: [
            ("^.name", "job.", ["job.a", "job.b"]), ("^.name", "ob", []), ("$.kind", ".lua", ["job.a", "bare"]),
            ("$.kind", "lu", []), ("*.kind", "unctio", ["job.a", "job.b"]), ("*.kind", "x", []),
            ("*.kind", "", ["job.a", "job.b", "host", "bare"]), ("^meta.tags", "fa", ["job.a"]),
            ("~.name", "^job\\.[ab]$", ["job.a", "job.b"]), ("~.name", "o", ["job.a", "job.b", "host"]),
            ("~.id", "^app:(host|bare)$", ["host", "bare"]), ("~meta.size", "^\\d+\\.\\d+$", ["host"]),
            ("~meta.type", "(?i)CRON", ["job.a", "job.b"]), ("^.id", "app:job.b", ["job.b"]),
        ])
    func comparisons(key: String, text: String, names: [String]) throws {
        #expect(try find([key: text]) == names)
    }

    @Test("finds what all criteria hold for, and everything without any")
    func conjunction() throws {
        #expect(try find(["meta.type": "cron.job", ".kind": "function.swift"]) == ["job.b"])
        #expect(try find([".id": "app:job.a", ".kind": "function.swift"]) == [])
        #expect(try find([".id": "app:job.a", "^.id": "app:"]) == ["job.a"])
        #expect(try find([".id": "app:job.*", ".kind": "*.swift"]) == ["job.b"])
        #expect(try find([:]) == ["job.a", "job.b", "host", "bare"])
    }

    @Test(
        "that cannot be made says why",
        arguments: [
            ("kind", "unknown criterion 'kind'; expected .kind, .name, .ns, .id or meta.<key>; did you mean '.kind'?"),
            (
                ".knid",
                "unknown criterion '.knid'; expected .kind, .name, .ns, .id or meta.<key>; did you mean '.kind'?"
            ),
            ("meta.", "unknown criterion 'meta.'; expected .kind, .name, .ns, .id or meta.<key>"),
            ("data.x", "unknown criterion 'data.x'; expected .kind, .name, .ns, .id or meta.<key>"),
            ("", "unknown criterion ''; expected .kind, .name, .ns, .id or meta.<key>"),
            ("~", "unknown criterion '~'; expected .kind, .name, .ns, .id or meta.<key>"),
            (
                "!.kind",
                "unknown criterion '!.kind'; expected .kind, .name, .ns, .id or meta.<key>; did you mean '.kind'?"
            ),
            (
                "~~.kind",
                "unknown criterion '~~.kind'; expected .kind, .name, .ns, .id or meta.<key>; did you mean '.kind'?"
            ),
            (
                "meta.a.a.a.a.a.a.a.a.a.a.a.a.a",
                "criterion 'meta.a.a.a.a.a.a.a.a.a.a.a.a.a': expected at most 12 steps between dots"
            ),
        ])
    func unknownKeys(key: String, message: String) throws {
        let snapshot = try #require(load(Self.text).snapshot)
        let failure = try #require(throws: FindFailure.self) { try snapshot.find([key: "x"]) }
        #expect(failure.message == message)
    }

    @Test(
        "takes regular expressions only if they are, and not too long", arguments: ["(", "[a", "*", "a{2,1}", "(?<n>a"])
    func patterns(pattern: String) throws {
        let snapshot = try #require(load(Self.text).snapshot)
        let failure = try #require(throws: FindFailure.self) { try snapshot.find(["~.kind": pattern]) }
        #expect(failure.message.hasPrefix("criterion '~.kind': '\(pattern)' is no regular expression: "))
    }
}
