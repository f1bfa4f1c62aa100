import Model
import Testing
import Values
import Wire

@testable import Daemon

@Suite("The version of what a function imports")
struct LibraryVersionTests {
    private let job = LuaFile("jobs.lua", imports: [LuaImport("a", EntryID("app:a")!)])
    private let other = LuaFile("other.lua", imports: [LuaImport("c", EntryID("app:c")!)])

    private func libraries(_ base: LuaFile = LuaFile("base.lua")) -> LuaLibraries {
        var libraries = LuaLibraries()
        libraries[EntryID("app:a")!] = LuaFile("a.lua", imports: [LuaImport("base", EntryID("app:base")!)])
        libraries[EntryID("app:base")!] = base
        libraries[EntryID("app:c")!] = LuaFile("c.lua")
        return libraries
    }

    private func versions(_ libraries: LuaLibraries, _ base: String) -> [String] {
        var answers = FunctionAnswers()
        for (file, version) in [("a.lua", "1"), ("base.lua", base), ("c.lua", "1")] {
            for library in libraries.files.values where library.path == file {
                answers.versions[FunctionCheck(library: library)] = "\(file)=\(version);"
            }
        }
        var found = LibraryVersions(libraries, answers)
        return [job, other, LuaFile("plain.lua")].map { found.version(ofImports: $0) }
    }

    @Test("changes with any library that it reaches, and no other one")
    func change() {
        let first = versions(libraries(), "1")
        #expect(first == versions(libraries(), "1") && first[0] != "" && first[2] == "")
        let second = versions(libraries(), "2")
        #expect(second[0] != first[0] && second[1] == first[1] && second[2] == "")
        // The entry names another file with the same text.
        let moved = versions(libraries(LuaFile("moved.lua")), "1")
        #expect(moved[0] != first[0] && moved[1] == first[1])
    }
}
