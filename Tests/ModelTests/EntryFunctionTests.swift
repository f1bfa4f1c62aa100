import Model
import Testing
import Values

@Suite("What an entry calls")
struct EntryFunctionTests {
    private func read(_ kind: FunctionKind, _ pairs: [(String, Value)], in directory: String = "/reg")
        -> (function: EntryFunction?, failures: [EntryFailure])
    {
        EntryFunction.read(kind, Value.Map(pairs), directory: directory)
    }

    @Test("is a function of the worker's catalog, or of another program's")
    func swift() {
        #expect(read(.swift, [("method", .string("m"))]).function == .swift(name: "m", program: nil))
        let own = read(.swift, [("method", .string("m")), ("source", .string("file://bin/own"))])
        #expect(own.function == .swift(name: "m", program: "/reg/bin/own"))
        #expect(own.function?.label == "own:m")
    }

    @Test("is a function of a Lua file, beside the registry's file unless its path is absolute")
    func lua() {
        for (source, directory, path) in [
            ("file://jobs.lua", "/reg", "/reg/jobs.lua"), ("file://jobs.lua", ".", "jobs.lua"),
            ("file:///opt/jobs.lua", "/reg", "/opt/jobs.lua"), ("file://../x/jobs.lua", "a/b", "a/b/../x/jobs.lua"),
        ] {
            let read = read(.lua, [("method", .string("m")), ("source", .string(source))], in: directory)
            #expect(read.function == .lua(LuaFunction(file: path, method: "m")))
            #expect(read.failures == [] && read.function?.label == "jobs.lua:m")
        }
    }

    @Test("is a command, shown in one line and cut")
    func exec() {
        let list = read(.exec, [("command", .list([.string("rsync"), .string("a b"), .int(5)]))])
        #expect(list.function?.label == "rsync 'a b' 5")
        let text = read(.exec, [("command", .string("echo \u{1B}[31m" + String(repeating: "x", count: 100)))])
        #expect(text.function?.label.hasPrefix("echo \\u{1B}[31mxxx") == true)
        #expect(text.function?.label.hasSuffix("x…") == true)
    }

    @Test("is named in full, all mistakes in one pass")
    func failures() {
        let missing = read(.lua, [])
        #expect(missing.function == nil)
        #expect(
            missing.failures.map(\.description) == [
                "no 'source'; expected a Lua file such as file://jobs.lua",
                "no 'method'; expected the name of a function in the table that the source returns",
            ])
        #expect(missing.failures.map(\.missing) == ["source", "method"])
        let wrong = read(.lua, [("source", .string("jobs.lua")), ("method", .int(1))])
        #expect(
            wrong.failures.map(\.description) == [
                "source: expected a file such as file://jobs.lua, found the string 'jobs.lua'",
                "method: expected a string that names a function, found the number 1",
            ])
        #expect(wrong.failures.map(\.path) == [["source"], ["method"]])
        #expect(read(.exec, []).failures.map(\.missing) == ["command"])
        #expect(
            read(.exec, []).failures.map(\.description)
                == ["no 'command'; expected a list of arguments, or a text for the shell"])
    }

    @Test("has a source of a bounded length, without a NUL")
    func paths() {
        func failures(_ source: String) -> [String] {
            read(.lua, [("method", .string("m")), ("source", .string(source))]).failures.map(\.description)
        }
        #expect(failures("file:///" + String(repeating: "x", count: 511)) == [])
        #expect(
            failures("file:///" + String(repeating: "x", count: 512))
                == ["source: path of 513 bytes; expected at most 512"])
        #expect(failures("file://a\0b") == ["source: a path has no NUL; expected a file such as file://jobs.lua"])
    }
}
