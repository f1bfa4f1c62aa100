import Glibc
import Kernel
import Testing

@Suite("A Lua file with an error")
struct LuaErrorTests {
    /// An entry in a line of the registry's, the first of which is the fourth of the file.
    private struct Broken {
        var file: String
        var method = "run"
        /// `nil`: there is none.
        var text: String?
        var key = "source"
        var error: String

        func line(_ name: String) -> String {
            "  - {name: \(name), kind: function.lua, source: \"file://\(file)\", method: \(method), "
                + "meta: {type: cron.job, interval: 1s}}"
        }

        /// Where the value begins that is to blame.
        func column(_ name: String) -> Int {
            let text = line(name)
            let value = key == "source" ? "\"file://" : "\(method), meta"
            return text.utf8.distance(from: text.startIndex, to: text.ranges(of: value)[0].lowerBound) + 1
        }
    }

    private func broken(_ directory: String) -> [Broken] {
        let good = "return { prune = function() end, report = function() end, keep = 3 }"
        return [
            Broken(file: "none.lua", error: "source: open '\(directory)/none.lua': No such file or directory"),
            Broken(
                file: "syntax.lua", text: String(repeating: "\n", count: 11) + "local = 3",
                error: "source: \(directory)/syntax.lua:12: <name> expected near '='"),
            Broken(
                file: "typed.lua", text: "local x: {[string] number} = 3\nreturn {}",
                error: "source: \(directory)/typed.lua:1: "),
            Broken(
                file: "good.lua", method: "prnue", text: good, key: "method",
                error:
                    "method: \(directory)/good.lua has no function 'prnue'; did you mean 'prune'? It has prune, report"),
            Broken(
                file: "good.lua", method: "keep", text: good, key: "method",
                error: "method: 'keep' in \(directory)/good.lua is a number; expected a function"),
            Broken(
                file: "empty.lua", text: "",
                error: "source: \(directory)/empty.lua returned nil; expected a table of functions, or a function"),
            Broken(
                file: "raise.lua", text: "\nerror('not today')", error: "source: \(directory)/raise.lua:2: not today"),
            Broken(
                file: "exit.lua", text: "os.exit(3)",
                error: "source: '\(directory)/exit.lua' ended the worker that loaded it (exit 3)"),
            Broken(
                file: "needy.lua", text: "require('missing')\nreturn {}",
                error: "source: \(directory)/needy.lua:1: module 'missing' not found"),
        ]
    }

    private func declare(_ entries: [Broken], in scene: Scene) throws {
        for entry in entries { if let text = entry.text { try scene.add(text, as: entry.file) } }
        let lines = entries.enumerated().map { $1.line("job\($0)") }
        try scene.write(
            "version: \"1.0\"\nnamespace: test\nentries:\n" + lines.joined(separator: "\n") + "\n")
    }

    @Test("is found before anything runs, with its place in the registry and in the file")
    func dryRun() throws {
        try Scene.play { scene in
            let entries = broken(scene.registry)
            try declare(entries, in: scene)
            let finished = try scene.check()
            #expect(finished.status == .exited(code: 100))
            #expect(finished.output == "")
            for (index, entry) in entries.enumerated() {
                let (line, column) = (index + 4, entry.column("job\(index)"))
                let place = "\(scene.registry)/jobs.yaml:\(line):\(column): "
                let lines = finished.errors.split(separator: "\n")
                let at = try #require(
                    lines.firstIndex { $0.hasPrefix(place + entry.error) }, "\(entry.error)\n\(finished.errors)")
                // The line itself and the caret, below.
                let excerpt = lines[at...].dropFirst().prefix(2)
                #expect(excerpt.first?.hasPrefix("  \(line)") == true, "\(excerpt)")
                #expect(excerpt.last?.hasSuffix("^") == true, "\(excerpt)")
            }

            let json = try scene.check(["--json"])
            #expect(json.status == .exited(code: 100))
            let syntax = entries[1]
            #expect(
                json.output.contains(
                    "{\"file\":\"\(scene.registry)/jobs.yaml\",\"line\":5,\"column\":\(syntax.column("job1")),"
                        + "\"message\":\"\(syntax.error)\","), "\(json.output)")

            let daemon = try scene.start(worker: Binaries.worker)
            #expect(try daemon.waitForExit() == .exited(code: 100))
            #expect(TextFile.read(daemon.errors) == finished.errors)
        }
    }

    @Test("that never ends is given up, and the others are checked all the same")
    func endless() throws {
        try Scene.play { scene in
            try scene.add("while true do end", as: "endless.lua")
            try scene.add("return { run = function() end }", as: "good.lua")
            try scene.add("x x", as: "last.lua")
            try scene.declare([
                .lua("one", "run", in: "endless.lua"), .lua("two", "stop", in: "endless.lua"),
                .lua("three", "run", in: "good.lua"), .lua("four", "run", in: "last.lua"),
            ])
            let finished = try scene.check()
            #expect(finished.status == .exited(code: 100))
            let lines = finished.errors.split(separator: "\n").filter { $0.hasPrefix("/") }
            try #require(lines.count == 2, "\(finished.errors)")
            #expect(lines[0].hasSuffix("source: '\(scene.registry)/endless.lua' did not load within 5s"))
            #expect(lines[1].contains("source: \(scene.registry)/last.lua:1: syntax error"))
        }
    }

    @Test("that never ends holds up no signal", arguments: ["", "--once", "--check"])
    func interrupted(argument: String) throws {
        try Scene.play { scene in
            try scene.add("while true do end", as: "endless.lua")
            try scene.declare([.lua("one", "run", in: "endless.lua")])
            let daemon = try scene.start(argument.isEmpty ? [] : [argument], worker: Binaries.worker)
            try daemon.wait("the file is being loaded") {
                Proc.children(of: daemon.pid).contains { Proc.processorTicks($0) > 10 }
            }
            daemon.signal(SIGTERM)
            #expect(try daemon.waitForExit() == .exited(code: argument.isEmpty ? 0 : 111))
            #expect(TextFile.read(daemon.errors) == "cronsupd: stopped before the start was complete\n")
            #expect(scene.cage.isEmpty)
        }
    }

    @Test("is shown once, however many entries are of it")
    func once() throws {
        try Scene.play { scene in
            try scene.add("return {", as: "jobs.lua")
            try scene.declare((1...20).map { .lua("job\($0)", "run\($0)") })
            let finished = try scene.check()
            #expect(finished.status == .exited(code: 100))
            #expect(finished.errors.ranges(of: "jobs.lua:1: ").count == 1, "\(finished.errors)")
        }
    }

    @Test("is not to blame for a worker's program that runs no Lua")
    func foreignWorker() throws {
        try Scene.play { scene in
            try scene.add("return { run = function() end }", as: "jobs.lua")
            try scene.add("return { run = function() end }", as: "other.lua")
            try scene.declare([.lua("one", "run"), .lua("two", "run", in: "other.lua")])
            let finished = try scene.run(["--registry", scene.registry, "--worker", Binaries.faultWorker, "--once"])
            #expect(finished.status == .exited(code: 100))
            let lines = finished.errors.split(separator: "\n").filter { $0.hasPrefix("/") }
            #expect(
                lines == ["\(scene.registry)/jobs.yaml:5:11: kind: this worker's program runs no function.lua"],
                "\(finished.errors)")
        }
    }
}
