import Model
import Registry
import Schedules
import Testing
import Values

@Suite("An alias")
struct AliasTests {
    private func data(_ text: String) throws -> Value.Map {
        let load = load(registry(data: text))
        return try #require(load.snapshot, "\(load.errors)").entries[0].data
    }

    @Test("stands for a scalar, a list or a map")
    func kinds() throws {
        let data = try data("a: &s text\nb: *s\nc: &l [1, {x: 2}]\nd: *l\ne: &m {k: v}\nf: *m")
        #expect(data["b"] == .string("text"))
        #expect(data["d"] == data["c"])
        #expect(data["f"] == .map(.init([("k", .string("v"))])))
    }

    @Test("may be a key")
    func key() throws {
        #expect(try data("a: &s text\n*s : 1")["text"] == .int(1))
    }

    @Test("of a key's anchor stands for its text")
    func keyAnchor() throws {
        #expect(try data("&k 12: x\nb: *k")["b"] == .string("12"))
    }

    @Test("stands where it is written, and what is in it stands where that is written")
    func places() throws {
        let load = load(registry(data: "a: &a {x: [1]}\nb: *a"))
        let id = try #require(EntryID("app:one"))
        #expect(load.location(of: ["b"], in: id)?.description == "registry.yaml:6:6")
        #expect(load.location(of: ["b", "x", "0"], in: id)?.description == "registry.yaml:5:14")
    }

    @Test("goes to the last anchor of that name before it")
    func redefined() throws {
        #expect(try data("a: &x 1\nb: *x\nc: &x 2\nd: *x")["d"] == .int(2))
    }

    @Test(
        "that leads nowhere is an error",
        arguments: [
            ("a: *none", "5:6", "*none names no anchor; expected &none before it"),
            ("a: &base 1\nb: *bose", "6:6", "*bose names no anchor; expected &bose before it; did you mean 'base'?"),
            ("a: &x [*x]", "5:10", "*x stands inside the list or map that it names; expected it after its end"),
            (
                "a: &x {b: {c: *x}}", "5:17",
                "*x stands inside the list or map that it names; expected it after its end"
            ),
        ])
    func faults(text: String, place: String, complaint: String) {
        #expect(errors(in: registry(data: text)) == ["registry.yaml:\(place): \(complaint)"])
    }
}

@Suite("A merge key")
struct MergeKeyTests {
    @Test(
        "adds what is missing",
        arguments: [
            ("{<<: *a}", [("x", 1), ("y", 1)]),
            ("{<<: *a, x: 9}", [("x", 9), ("y", 1)]),
            ("{x: 9, <<: *a}", [("x", 9), ("y", 1)]),
            ("{<<: [*a, *b]}", [("x", 1), ("y", 1), ("z", 2)]),
            ("{<<: [*b, *a]}", [("y", 2), ("z", 2), ("x", 1)]),
            ("{<<: [*b, *a], y: 9}", [("y", 9), ("z", 2), ("x", 1)]),
            ("{<<: {x: 3}}", [("x", 3)]),
            ("{<<: []}", []),
            ("{<<: *c}", [("z", 5), ("x", 1), ("y", 1)]),
        ] as [(String, [(String, Int64)])])
    func precedence(text: String, expected: [(String, Int64)]) throws {
        let load = load(
            registry(data: "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: &c {<<: *a, z: 5}\nv: \(text)"))
        let map = try #require(load.snapshot?.entries[0].data["v"]?.map, "\(load.errors)")
        #expect(map.keys.sorted() == expected.map(\.0).sorted())
        for (key, value) in expected { #expect(map[key] == .int(value), "\(key)") }
    }

    @Test("in quotes is an ordinary key", arguments: ["\"<<\"", "'<<'"])
    func quoted(key: String) {
        #expect(value(of: "{\(key): 1}") == .map(.init([("<<", .int(1))])))
    }

    @Test(
        "takes maps only, and once",
        arguments: [
            ("{<<: 1}", "<<: expected a map or a list of maps, as in <<: *name, found the number 1"),
            ("{<<: [[]]}", "<<: expected a map or a list of maps, as in <<: *name, found a list"),
            ("{<<: {}, <<: {}}", "duplicate key '<<'; first written at registry.yaml:5:7"),
        ])
    func faults(text: String, complaint: String) {
        #expect(messages(about: text) == [complaint])
    }

    @Test("serves the entries of a file, and a fault in what it brings is shown where it is written")
    func defaults() throws {
        let text = """
            namespace: app
            entries:
            - &base {name: base, kind: none, meta: &meta {interval: 5s, comment: &c "x"}}
            - {name: a, kind: function.swift, method: m, meta: {<<: *meta, type: cron.job}}
            """
        let load = load(text)
        let result = JobEntries.definitions(in: load)
        #expect(result.jobs.map(\.schedule.text) == ["5s"])
        let id = try #require(EntryID("app:a"))
        #expect(load.location(of: ["meta", "interval"], in: id)?.description == "registry.yaml:3:57")
    }
}
