import Jobs
import Model
import Testing
import Values
import Wire

@testable import CronWorkerKit

@Suite("A Lua file that is checked")
struct CheckedFileTests {
    private let path = "jobs.lua"

    private func check(_ method: String) -> FunctionCheck { FunctionCheck(LuaFunction(file: path, method: method)) }

    @Test("is read once for all of its functions, and so are those that it requires")
    func versions() throws {
        let engine = FakeEngine(files: [SourceFile(path: path, hash: 0x1F)])
        var checked = CheckedFile(LuaFile(path), engine)
        #expect(checked.verdict(on: check("a")) == .ready(parameter: "context"))
        let first = checked.filesRead()
        #expect(first == [.read(file: path, version: "1f")])
        engine.files.append(SourceFile(path: "missing.lua", hash: nil))
        #expect(checked.verdict(on: check("b")) == .ready(parameter: nil))
        #expect(checked.filesRead() == first + [.read(file: "missing.lua", version: "unreadable")])
    }

    @Test("can be a library, whose imports are its own")
    func library() {
        let engine = FakeEngine(files: [])
        let library = LuaFile("lib.lua", imports: [LuaImport("a", EntryID("app:a")!)])
        var checked = CheckedFile(library, engine)
        #expect(checked.verdict(on: FunctionCheck(library: library)) == .ready(parameter: nil))
        #expect(engine.libraries == [library] && engine.questions == 1)
    }

    @Test("is not loaded again if it cannot be; a function that it lacks is another's matter")
    func refusals() {
        let engine = FakeEngine(files: [], refusal: FunctionRefusal(key: "source", "no such file"))
        var checked = CheckedFile(LuaFile(path), engine)
        for method in ["a", "b"] {
            let verdict = checked.verdict(on: check(method))
            #expect(verdict == .refused(key: "source", error: "no such file"))
        }
        #expect(engine.questions == 1)
        engine.refusal = FunctionRefusal(key: "method", "no such function")
        checked = CheckedFile(LuaFile(path), engine)
        for method in ["a", "b"] { _ = checked.verdict(on: check(method)) }
        #expect(engine.questions == 3)
    }
}

private final class FakeEngine: FunctionEngine {
    var files: [SourceFile]
    let memory = 0
    var refusal: FunctionRefusal?
    private(set) var questions = 0
    private(set) var libraries: [LuaFile] = []

    init(files: [SourceFile], refusal: FunctionRefusal? = nil) { (self.files, self.refusal) = (files, refusal) }

    func prepare(_ function: LuaFunction) throws(FunctionRefusal) -> String? {
        questions += 1
        if let refusal { throw refusal }
        return function.method == "a" ? "context" : nil
    }

    func prepare(library: LuaFile) throws(FunctionRefusal) {
        questions += 1
        libraries.append(library)
        if let refusal { throw refusal }
    }

    func call(_ function: LuaFunction, _ arguments: [Value], in setting: CallSetting) throws -> Value { .null }

    func rest() {}
}
