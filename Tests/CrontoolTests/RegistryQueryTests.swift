import Find
import Model
import Registry
import Testing
import Values

@testable import Crontool

@Suite("A question to a registry")
struct RegistryQueryTests {
    private static let text = """
        namespace: app
        entries:
          - {name: one, kind: function.lua, meta: {type: cron.job, comment: saves all}}
          - {name: two, kind: function.swift, meta: {type: cron.job, comment: saves some}, x: [1, 1.5, .nan, -.inf, no, null, true]}
          - {name: three, kind: other, meta: {comment: a=b}}
        """

    private func query() throws -> RegistryQuery {
        let load = RegistrySnapshot.load([RegistryFile(path: "r.yaml", bytes: Array(Self.text.utf8))])
        return RegistryQuery(try #require(load.snapshot, "\(load.errors)"))
    }

    @Test(
        "finds the entries for which all criteria hold",
        arguments: [
            ([], ["one", "two", "three"]), (["meta.type=cron.job"], ["one", "two"]),
            ([".kind=function.lua"], ["one"]), (["~meta.comment=all|some"], ["one", "two"]),
            (["*meta.comment=saves", "*meta.comment=some"], ["two"]), (["^.kind=function.", "$.name=e"], ["one"]),
            (["meta.comment=a=b"], ["three"]), ([".kind=function.*"], ["one", "two"]), ([".id=app:three"], ["three"]),
        ] as [([String], [String])])
    func find(criteria: [String], names: [String]) throws {
        #expect(try query().find(criteria).map { String($0.id.name) } == names)
    }

    @Test("is refused if it is none")
    func wrong() throws {
        let query = try query()
        #expect(throws: InputFailure("criterion 'meta.type': expected KEY=TEXT, such as meta.type=cron.job")) {
            try query.find(["meta.type"])
        }
        #expect(throws: FindFailure.self) { try query.find(["kind=x"]) }
        #expect(throws: FindFailure.self) { try query.find(["~.kind=("]) }
        #expect(throws: InputFailure.self) { try query.get("app") }
    }

    @Test("gets the entry with an ID")
    func get() throws {
        #expect(try query().get("app:two")?.kind == "function.swift")
        #expect(try query().get("app:four") == nil)
    }

    @Test("is answered for people with a table")
    func table() throws {
        #expect(
            EntryReport.table(try query().find(["meta.type=cron.job"])) == """
                ID       KIND            FILE:LINE
                app:one  function.lua    r.yaml:3
                app:two  function.swift  r.yaml:4

                """)
    }

    @Test("is answered in JSON with whole entries, their values typed")
    func json() throws {
        let two = #"""
            {"id":"app:two","kind":"function.swift","meta":{"type":"cron.job","comment":"saves some"},"data":{"x":[1,1.5,".nan","-.inf","no",null,true]},"file":"r.yaml","line":4}
            """#
        #expect(EntryReport.json(try #require(try query().get("app:two"))) == two + "\n")
        let three = #"{"id":"app:three","kind":"other","meta":{"comment":"a=b"},"data":{},"file":"r.yaml","line":5}"#
        #expect(EntryReport.json(try query().find(["~.name=t"])) == "[\(two),\n\(three)]\n")
        #expect(EntryReport.json([]) == "[]\n")
    }
}
