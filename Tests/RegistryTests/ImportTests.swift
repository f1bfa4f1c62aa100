import Model
import Registry
import Testing
import Values

@Suite("The libraries that functions in Lua import")
struct ImportTests {
    private func found(_ entries: String...) -> JobEntries.Found {
        let text = "namespace: app\nentries:\n" + entries.map { "- \($0)\n" }.joined()
        return JobEntries.definitions(in: load(["lib/registry.yaml": text]))
    }

    private func job(_ imports: String, name: String = "job") -> String {
        "{name: \(name), kind: function.lua, source: file://jobs.lua, method: m, imports: \(imports), "
            + "meta: {type: cron.job, interval: 1s}}"
    }

    private func library(_ name: String, _ imports: String = "{}") -> String {
        "{name: \(name), kind: library.lua, source: \"file://\(name).lua\", imports: \(imports)}"
    }

    private func errors(_ entries: String...) -> [String] {
        let text = "namespace: app\nentries:\n" + entries.map { "- \($0)\n" }.joined()
        return JobEntries.definitions(in: load(text)).errors.map(\.description)
    }

    private func id(_ name: String) -> EntryID { EntryID(namespace: "app", name: name)! }

    @Test("are those that a job reaches, with what they import themselves")
    func reached() throws {
        let found = found(
            job("{dates: \"app:dates\", a.b: \"app:base\"}"), library("dates", "{base: \"app:base\"}"),
            library("base"), library("unused", "{none: \"app:none\"}"))
        try #require(found.errors == [])
        let base = LuaFile("lib/base.lua")
        let dates = LuaFile("lib/dates.lua", imports: [LuaImport("base", id("base"))])
        #expect(found.libraries.files == [id("dates"): dates, id("base"): base])
        let source = LuaFile(
            "lib/jobs.lua", imports: [LuaImport("a.b", id("base")), LuaImport("dates", id("dates"))])
        #expect(found.functions.map(\.function) == [.lua(LuaFunction(source, method: "m"))])
        #expect(found.libraries.imports(of: source) { $0 == base } && !found.libraries.imports(of: base) { _ in true })
    }

    @Test("can be none", arguments: ["null", "{}", "[]", ""])
    func none(_ imports: String) throws {
        let found = found(job(imports))
        #expect(found.errors == [] && found.libraries.files.isEmpty && found.jobs.count == 1)
    }

    @Test(
        "are named where they are wrong",
        arguments: [
            (
                "[\"app:dates\"]",
                "imports: expected a map of names to entries, such as {dates: app.lib:dates}, found a list"
            ),
            (
                "{d: dates}",
                "imports.d: expected the ID of a library.lua such as app.lib:dates, found the string 'dates'"
            ),
            ("{d: 5}", "imports.d: expected the ID of a library.lua such as app.lib:dates, found the number 5"),
            ("{\"\": \"app:base\"}", "imports: a name of 0 bytes; expected 1 to 128"),
            ("{d: \"app:none\"}", "imports.d: no entry 'app:none' in the registry; expected the ID of a library.lua"),
            ("{d: \"app:other\"}", "imports.d: 'app:other' is a process.lua; expected a library.lua"),
            (
                "{d: \"app:job\"}",
                "imports.d: 'app:job' is a function.lua; expected a library.lua; a function is called by funcs.call"
            ),
        ])
    func wrong(_ imports: String, _ expected: String) throws {
        let text = job(imports)
        let errors = errors(text, library("base"), "{name: other, kind: process.lua}")
        // In the value, or for an empty name at the key.
        let start = try #require(text.ranges(of: "imports: ").first).upperBound
        let inner = imports.hasPrefix("{d: ") ? 4 : imports.hasPrefix("{") ? 1 : 0
        let column = text.utf8.distance(from: text.startIndex, to: start) + inner + 3
        #expect(errors == ["registry.yaml:3:\(column): \(expected)"])
    }

    @Test("have their own errors reported once, with the line in the library's entry, whoever imports them")
    func libraries() {
        let imports = "{a: \"app:a\", b: \"app:b\"}"
        #expect(
            errors(
                job(imports), job(imports, name: "other"), "{name: a, kind: library.lua, sourse: \"file://a.lua\"}",
                "{name: b, kind: library.lua, source: b.lua, imports: {c: \"app:c\"}}")
                == [
                    "registry.yaml:5:32: unknown key 'sourse'; did you mean 'source'?",
                    "registry.yaml:6:40: source: expected a file such as file://jobs.lua, found the string 'b.lua'",
                ])
    }

    @Test("do not import each other in a circle")
    func circles() {
        #expect(
            errors(
                job("{a: \"app:a\"}"), library("a", "{b: \"app:b\"}"), library("b", "{x: \"app:c\", a: \"app:a\"}"),
                library("c"))
                == [
                    "registry.yaml:5:81: imports.a: 'app:a' imports 'app:b' imports 'app:a'; "
                        + "expected no libraries that import each other"
                ])
        #expect(errors(job("{a: \"app:a\"}"), library("a", "{a: \"app:a\"}")).count == 1)
    }

    @Test("are 32 deep at most, from wherever one comes")
    func depth() {
        func chain(_ prefix: String, _ count: Int, end: String = "{}") -> [String] {
            (1...count).map { library("\(prefix)\($0)", $0 == count ? end : "{n: \"app:\(prefix)\($0 + 1)\"}") }
        }
        func errors(_ entries: [String]) -> [String] {
            let text = "namespace: app\nentries:\n" + entries.map { "- \($0)\n" }.joined()
            return JobEntries.definitions(in: load(text)).errors.map(\.message)
        }
        #expect(errors([job("{a: \"app:a1\"}")] + chain("a", 32)) == [])
        let message = "entries import each other more than 32 deep; expected at most that"
        #expect(errors([job("{a: \"app:a1\"}")] + chain("a", 33)) == ["imports.n: \(message)"])
        // The second chain leads into the first, which has been looked at.
        let both = chain("a", 20) + chain("b", 13, end: "{n: \"app:a1\"}")
        #expect(errors([job("{a: \"app:a1\", b: \"app:b1\"}")] + both) == ["imports.n: \(message)"])
    }
}
