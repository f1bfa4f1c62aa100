import Model
import Registry
import Testing
import Values

@Suite("An entry")
struct EntryTests {
    @Test("has an ID, a kind, meta, and the rest is its data")
    func parts() throws {
        let text = """
            namespace: app.billing
            entries:
              - name: job.invoice
                kind: function.lua
                source: file://jobs.lua
                meta:
                  type: other
                pool: {size: 4}
            """
        let load = load(text)
        let entry = try #require(load.snapshot).entries[0]
        #expect(entry.id.description == "app.billing:job.invoice")
        #expect(entry.kind == "function.lua")
        #expect(entry.meta == Value.Map([("type", .string("other"))]))
        #expect(
            entry.data
                == Value.Map([
                    ("source", .string("file://jobs.lua")), ("pool", .map(.init([("size", .int(4))]))),
                ]))
        #expect(entry.location.description == "registry.yaml:3:5")
    }

    @Test(
        "is a map with a name and a kind, and meta is a map",
        arguments: [
            ("- x", ["3:3: entry: expected a map with 'name' and 'kind', found the string 'x'"]),
            ("-", ["3:2: entry: expected a map with 'name' and 'kind', found nothing"]),
            ("- kind: k", ["3:3: no 'name' in the entry; expected a map with 'name' and 'kind'"]),
            ("- name: n", ["3:3: no 'kind' in the entry; expected a map with 'name' and 'kind'"]),
            (
                "- {}",
                [
                    "3:3: no 'name' in the entry; expected a map with 'name' and 'kind'",
                    "3:3: no 'kind' in the entry; expected a map with 'name' and 'kind'",
                ]
            ),
            ("- {name: [a], kind: k}", ["3:10: name: expected a string, found a list"]),
            ("- {name: 5, kind: k}", ["3:10: name: expected a string, found the number 5"]),
            ("- {name: no, kind: true}", ["3:20: kind: expected a string, found the boolean true"]),
            ("- {name: n, kind: ''}", ["3:19: kind: expected a kind such as function.swift, found an empty string"]),
            (
                "- {name: \"a\\tb\", kind: k}",
                ["3:10: name: expected letters, digits, '_', '-' and '.', at most 128 of them, found 'a\\tb'"]
            ),
            ("- {name: n, kind: k, meta: [x]}", ["3:28: meta: expected a map, found a list"]),
            ("- {name: n, kind: k, meta: {a: !x y}}", ["3:32: unknown tag '!x'"]),
            ("- {name: !x y, kind: k}", ["3:10: unknown tag '!x'"]),
        ])
    func illegal(item: String, complaints: [String]) {
        let errors = errors(in: "namespace: app\nentries:\n\(item)\n")
        #expect(errors.count == complaints.count, "\(errors)")
        for (error, complaint) in zip(errors, complaints) { #expect(error.hasPrefix("registry.yaml:\(complaint)")) }
    }

    @Test("may have a meta with nothing in it")
    func emptyMeta() throws {
        let load = load("namespace: app\nentries:\n- {name: n, kind: k, meta: }\n- {name: m, kind: k, meta: ~}\n")
        #expect(try #require(load.snapshot, "\(load.errors)").entries.map(\.meta.count) == [0, 0])
    }

    // MARK: The meta of a file

    @Test("has the meta of its file, but for keys that it has itself")
    func fileMeta() throws {
        let text = """
            namespace: app
            meta: {team: core, tags: [a], deep: {x: 1}}
            entries:
            - {name: a, kind: k}
            - {name: b, kind: k, meta: }
            - {name: c, kind: k, meta: {tags: [b], own: 1, deep: ~}}
            """
        let load = load(text)
        let entries = try #require(load.snapshot, "\(load.errors)").entries
        let common: [(String, Value)] = [
            ("team", .string("core")), ("tags", .list([.string("a")])), ("deep", .map(.init([("x", .int(1))]))),
        ]
        #expect(entries[0].meta == Value.Map(common))
        #expect(entries[1].meta == Value.Map(common))
        #expect(
            entries[2].meta
                == Value.Map([
                    ("tags", .list([.string("b")])), ("own", .int(1)), ("deep", .null), ("team", .string("core")),
                ]))
        #expect(load.location(of: ["meta", "team"], in: entries[2].id)?.description == "registry.yaml:2:14")
        #expect(load.location(of: ["meta", "tags"], in: entries[2].id)?.description == "registry.yaml:6:35")
        #expect(load.location(of: ["meta", "none"], in: entries[0].id)?.description == "registry.yaml:4:3")
    }

    @Test("is made no job by the meta of its file, and is run at no time that stands there")
    func fileMetaKeys() {
        let text =
            "namespace: app\nmeta:\n  type: cron.job\n  interval: 1s\n  schedule: x\n  enabled: false\n  timezone: UTC\nentries: []"
        #expect(
            errors(in: text) == [
                "registry.yaml:3:3: meta.type: in the meta of a file; expected it in that of an entry",
                "registry.yaml:4:3: meta.interval: in the meta of a file; expected it in that of an entry",
                "registry.yaml:5:3: meta.schedule: in the meta of a file; expected it in that of an entry",
                "registry.yaml:6:3: meta.enabled: in the meta of a file; expected it in that of an entry",
            ])
    }

    @Test("has an error in the meta of its file reported with the line and column in that meta")
    func fileMetaErrors() throws {
        let text = """
            namespace: app
            meta: {jitter: 5}
            entries:
            - {name: a, kind: function.exec, command: [a], meta: {type: cron.job, interval: 1m}}
            """
        let load = load(text)
        #expect(load.errors == [])
        #expect(
            JobEntries.definitions(in: load).errors.map(\.description) == [
                "registry.yaml:2:16: meta.jitter \"5\" has no unit after 5; expected one of d, h, m, s, ms, us, ns, as in 5s"
            ])
    }

    @Test("counts the meta of its file among the values of the registry")
    func fileMetaLimit() {
        let text =
            "namespace: a\nmeta: {a: [1, 2]}\nentries:\n" + (0..<4).map { "- {name: n\($0), kind: k}\n" }.joined()
        var limits = RegistryLimits()
        // The map, the namespace, the meta with four, the list with four entries of three; then three for each entry.
        let read = load(text).snapshot == nil ? 0 : Self.values(of: text)
        limits.fileNodes = read + 12
        #expect(load(text, limits: limits).errors == [])
        limits.fileNodes = read + 11
        let message =
            "2:7: the registry has too many values with the meta of the file in each entry; expected at most \(read + 11) "
        #expect(
            load(text, limits: limits).errors.map(\.description) == [
                "registry.yaml:\(message)in a file and 4000000 in all"
            ])
        (limits.fileNodes, limits.totalNodes) = (1_000, read + 11)
        #expect(load(text, limits: limits).errors.count == 1)
    }

    /// As a limit counts them.
    private static func values(of text: String) -> Int {
        var limits = RegistryLimits()
        limits.fileNodes = 1
        let text = text.split(separator: "\n").filter { !$0.hasPrefix("meta:") }.joined(separator: "\n")
        while !load(text, limits: limits).errors.isEmpty { limits.fileNodes += 1 }
        // The key and the map, in it the key and the list, and what is in that.
        return limits.fileNodes + 6
    }

    // MARK: Data

    @Test("may have its keys in data")
    func wrapped() throws {
        let text = """
            namespace: app
            entries:
            - name: a
              kind: function.exec
              data: {command: [x], timeout: 5}
              meta: {type: cron.job, interval: 1m}
            - {name: b, kind: registry.entry, data: {a: 1}}
            - {name: c, kind: function.lua, source: x, data: {method: 1}}
            """
        let load = load(text)
        let entries = try #require(load.snapshot, "\(load.errors)").entries
        #expect(entries[0].data.keys == ["command", "timeout"])
        #expect(entries[1].data == Value.Map([("data", .map(.init([("a", .int(1))])))]))
        #expect(entries[2].data.keys == ["source", "data"])
        #expect(JobEntries.definitions(in: load).errors.map(\.location.description) == ["registry.yaml:5:33"])
    }

    @Test("has each key in data or beside it")
    func wrappedTwice() {
        let text =
            "namespace: app\nentries:\n- {name: a, kind: k, timeout: 1s, data: {method: m, timeout: 1s, kind: k}}\n"
        #expect(
            errors(in: text) == [
                "registry.yaml:3:53: data: has 'timeout', which goes beside it; expected each key of the entry once",
                "registry.yaml:3:66: data: has 'kind', which goes beside it; expected each key of the entry once",
            ])
    }

    @Test("has an ID that no other has: the error names both places")
    func duplicate() {
        let file = "namespace: app\nentries:\n- {name: x, kind: k}\n- {name: y, kind: k}\n"
        let load = load(["a.yaml": file, "b.yaml": "namespace: app\nentries: [{kind: k, name: y}]\n"])
        #expect(
            load.errors.map(\.description) == ["b.yaml:2:27: duplicate entry 'app:y'; first declared at a.yaml:4:3"])
        #expect(load.snapshot == nil)
    }

    @Test("of the same name in another namespace is another one")
    func namespaces() throws {
        let load = load([
            "a.yaml": "namespace: a\nentries: [{name: x, kind: k}]",
            "b.yaml": "namespace: b\nentries: [{name: x, kind: k}]",
        ])
        #expect(try #require(load.snapshot).entries.map(\.id.description) == ["a:x", "b:x"])
    }

    @Test("stands in the order of the files and then of its file, and is found by its ID")
    func order() throws {
        let load = load([
            "z.yaml": "namespace: z\nentries: [{name: b, kind: k}, {name: a, kind: k}]",
            "a.yaml": "namespace: a\nentries: [{name: c, kind: k}]",
        ])
        let snapshot = try #require(load.snapshot)
        #expect(snapshot.entries.map(\.id.description) == ["z:b", "z:a", "a:c"])
        let id = try #require(EntryID("z:a"))
        #expect(snapshot[id]?.location.description == "z.yaml:2:31")
        let stranger = try #require(EntryID("z:c"))
        #expect(snapshot[stranger] == nil)
    }

    @Test(
        "knows where its parts stand",
        arguments: [
            ([], "3:3"), (["name"], "3:9"), (["meta"], "5:5"), (["meta", "tags"], "5:11"),
            (["meta", "tags", "1"], "5:15"),
            (["meta", "tags", "7"], "5:11"), (["meta", "none", "deeper"], "5:5"), (["none"], "3:3"),
        ] as [([String], String)])
    func locations(path: [String], place: String) throws {
        let load = load("namespace: app\nentries:\n- name: x\n  meta:\n    tags: [a, b]\n  kind: k\n")
        let id = try #require(EntryID("app:x"))
        #expect(load.location(of: path, in: id)?.description == "registry.yaml:\(place)")
    }

    @Test("with an error does not hide the errors of others")
    func onePass() {
        let load = load([
            "a.yaml": "namespace: app\nentries:\n- {name: 1, kind: k}\n- {kind: 2, name: x}\nversion: [3]\n",
            "b.yaml": "namespace: app\nentries: [",
            "c.yaml": "namespace: app\nentries: {}\n",
        ])
        #expect(
            load.errors.map { "\($0.location)" } == [
                "a.yaml:3:10", "a.yaml:4:10", "a.yaml:5:10", "b.yaml:2:11", "c.yaml:2:10",
            ])
    }
}
