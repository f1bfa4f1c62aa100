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
            ("- {name: n, kind: k, meta: }", ["3:28: meta: expected a map, found nothing"]),
            ("- {name: n, kind: k, meta: {a: !x y}}", ["3:32: unknown tag '!x'"]),
            ("- {name: !x y, kind: k}", ["3:10: unknown tag '!x'"]),
        ])
    func illegal(item: String, complaints: [String]) {
        let errors = errors(in: "namespace: app\nentries:\n\(item)\n")
        #expect(errors.count == complaints.count, "\(errors)")
        for (error, complaint) in zip(errors, complaints) { #expect(error.hasPrefix("registry.yaml:\(complaint)")) }
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
            "a.yaml": "namespace: app\nentries:\n- {name: 1, kind: k}\n- {kind: 2, name: x}\nversion: 3\n",
            "b.yaml": "namespace: app\nentries: [",
            "c.yaml": "namespace: app\nentries: {}\n",
        ])
        #expect(
            load.errors.map { "\($0.location)" } == [
                "a.yaml:3:10", "a.yaml:4:10", "a.yaml:5:10", "b.yaml:2:11", "c.yaml:2:10",
            ])
    }
}
