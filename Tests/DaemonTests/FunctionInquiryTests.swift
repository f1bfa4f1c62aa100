import Clocks
import Glibc
import Kernel
import Links
import Model
import Registry
import TestSupport
import Testing
import Values

@testable import Daemon

@Suite("Asking the workers' programs for functions")
struct FunctionInquiryTests {
    private let directory: TemporaryDirectory
    private let registry: SharedRegistry

    init() throws {
        directory = try TemporaryDirectory()
        registry = try SharedRegistry(nil)
    }

    /// A program that answers `--catalog` and `--check` by what these lines of a shell do.
    private func program(_ name: String, catalog: String = "echo protocol 2; echo function tick", check: String = "")
        throws -> String
    {
        let text = "#!/bin/sh\ncase $1 in --catalog) \(catalog);; --check) \(check.isEmpty ? ":" : check);; esac\n"
        try directory.write(text, to: name)
        let path = "\(directory.path)/\(name)"
        chmod(path, 0o700)
        return path
    }

    private func programs(_ standard: String) throws -> WorkerPrograms {
        WorkerPrograms(standard: standard, openFiles: try OpenFilesLimit.current())
    }

    private func lua(_ file: String, _ method: String = "m") -> EntryFunction {
        .lua(LuaFunction(file: file, method: method))
    }

    private func version(_ answers: FunctionAnswers, _ function: EntryFunction) -> String {
        var libraries = LibraryVersions(LuaLibraries(), answers)
        return answers.version(of: function, &libraries)
    }

    private func ask(_ functions: [EntryFunction], _ programs: WorkerPrograms) throws -> FunctionAnswers {
        try FunctionInquiry.wait(about: functions, programs, registry)
    }

    @Test("asks each program for its own catalog, once as long as its file is the same")
    func catalogs() throws {
        let count = "\(directory.path)/count"
        let standard = try program("standard", catalog: "echo x >>\(count); echo protocol 2; echo function tick")
        let own = try program("own", catalog: "echo protocol 2; echo function tock; echo and more")
        let programs = try programs(standard)
        for _ in 0..<3 {
            let answers = try ask(
                [.swift(name: "tick", program: nil), .swift(name: "tock", program: own)], programs)
            #expect(answers.catalogs == [nil: .functions(["tick"]), own: .functions(["tock"])])
            #expect(answers.refusal(of: .swift(name: "tick", program: nil)) == nil)
            let refusal = try #require(answers.refusal(of: .swift(name: "tick", program: own)))
            #expect(refusal.key == "method")
            #expect(refusal.error.hasSuffix("has no function 'tick'; expected one of tock; did you mean 'tock'?"))
        }
        #expect(try FileSystem.status(count).identity.size == 2)
    }

    @Test("asks again a program that was replaced while it answered")
    func replaced() throws {
        let next = try program("next", catalog: "echo protocol 2; echo function new")
        let own = try program("own", catalog: "mv \(next) $0; echo protocol 2; echo function old")
        let programs = try programs(try program("standard"))
        let function = EntryFunction.swift(name: "old", program: own)
        let first = try ask([function], programs)
        #expect(first.catalogs[own] == .functions(["old"]))
        let second = try ask([function], programs)
        #expect(second.catalogs[own] == .functions(["new"]))
        #expect(version(first, function) != version(second, function))
    }

    @Test("takes a program that is missing or says nothing for a mistake of the entries that name it")
    func badPrograms() throws {
        let programs = try programs(try program("standard"))
        let mute = try program("mute", catalog: "echo hello; echo world")
        let missing = "\(directory.path)/missing"
        let answers = try ask(
            [.swift(name: "a", program: mute), .swift(name: "a", program: missing)], programs)
        #expect(
            answers.refusal(of: .swift(name: "a", program: mute))
                == .init(
                    key: "source",
                    error: "source: '\(mute) --catalog' printed hello; expected lines 'function NAME'"))
        #expect(
            answers.refusal(of: .swift(name: "a", program: missing))
                == .init(key: "source", error: "source: execve '\(missing)': No such file or directory"))
    }

    @Test("cannot go on without the standard program")
    func noStandard() throws {
        #expect(throws: SystemError.self) { try ask([], try programs("\(directory.path)/missing")) }
        let mute = try program("mute", catalog: ":")
        let failure = #expect(throws: FunctionInquiry.Failure.self) { try ask([], try programs(mute)) }
        let old = try program("old", catalog: "echo function tick")
        let mismatch = #expect(throws: FunctionInquiry.Failure.self) { try ask([], try programs(old)) }
        #expect(mismatch?.description.hasSuffix("install cronsupd and cronworker of one version") == true)
        #expect(failure?.description.hasSuffix("--catalog' printed nothing; expected lines 'function NAME'") == true)
    }

    @Test("takes a program of another protocol for a mistake of the entries that name it, and says what to do")
    func otherProtocol() throws {
        let programs = try programs(try program("standard"))
        for (name, lines, version) in [
            ("old", "", "1"), ("new", "echo protocol 3; ", "3"), ("odd", "echo protocol x; ", "1"),
        ] {
            let function = EntryFunction.swift(
                name: "a", program: try program(name, catalog: lines + "echo function a"))
            let refusal = try ask([function], programs).refusal(of: function)
            #expect(
                refusal
                    == .init(
                        key: "source",
                        error: "source: '\(directory.path)/\(name)' speaks protocol \(version), and this cronsupd 2; "
                            + "build it again with the CronWorkerKit of this cronsupd"))
        }
    }

    @Test("learns what can be loaded, and from which files")
    func checks() throws {
        let check = """
            { cat >\(directory.path)/asked; echo 'read version=1 file=a.lua'; echo ready; \
            echo 'read version=1 file=a.lua'; echo 'read version=2 file=lib.lua'; \
            echo 'refused key=method error="no such thing"'; echo ready; } >&3
            """
        let programs = try programs(try program("standard", check: check))
        let answers = try ask([lua("b.lua"), lua("a.lua", "x"), lua("a.lua", "y"), lua("a.lua", "x")], programs)
        // Those of a file follow each other, and none is asked for twice.
        let asked = try FileSystem.contents(of: "\(directory.path)/asked", limit: 4_096)?.bytes ?? []
        #expect(
            String(decoding: asked, as: UTF8.self)
                == "check file=a.lua method=x\ncheck file=a.lua method=y\ncheck file=b.lua method=m\n")
        #expect(version(answers, lua("a.lua", "x")) == "a.lua=1;")
        #expect(answers.refusal(of: lua("a.lua", "x")) == nil)
        #expect(answers.refusal(of: lua("a.lua", "y")) == .init(key: "method", error: "method: no such thing"))
        #expect(version(answers, lua("b.lua")) == "")
    }

    @Test("asks for libraries first, with what they import, and not for those that import a guilty one")
    func libraries() throws {
        let check = """
            cat >>\(directory.path)/asked; echo asked >>\(directory.path)/asked; \
            [ $(grep -c asked \(directory.path)/asked) = 1 ] || { echo ready; echo ready; } >&3
            """
        let programs = try programs(try program("standard", check: check))
        var libraries = LuaLibraries()
        let (a, b) = (EntryID("app:a")!, EntryID("app:b")!)
        libraries[a] = LuaFile("a.lua")
        libraries[b] = LuaFile("b.lua", imports: [LuaImport("a 1", a)])
        let function = EntryFunction.lua(
            LuaFunction(file: "jobs.lua", method: "m", imports: [LuaImport("b", b), LuaImport("c", a)]))
        let answers = try FunctionInquiry.wait(
            about: [function, lua("z.lua")], libraries: libraries, programs, registry)
        let asked = try FileSystem.contents(of: "\(directory.path)/asked", limit: 4_096)?.bytes ?? []
        #expect(
            String(decoding: asked, as: UTF8.self) == """
                check file=a.lua
                import alias="a 1" entry=app:a
                check file=b.lua
                import alias=b entry=app:b
                import alias=c entry=app:a
                check file=jobs.lua method=m
                check file=z.lua method=m
                asked
                check file=z.lua method=m
                asked

                """)
        #expect(
            answers.refusal(ofLibrary: LuaFile("a.lua"))?.error.hasPrefix("source: 'a.lua' ended the worker") == true)
        #expect(answers.refusal(of: function) == nil && answers.refusal(of: lua("z.lua")) == nil)
    }

    @Test("asks another process for the rest where one has had enough, but not one that does nothing")
    func more() throws {
        let check = """
            read -r line; case $line in *idle*) echo more >&3;; *) { echo ready; echo more; } >&3;; esac
            """
        let programs = try programs(try program("standard", check: check))
        let answers = try ask([lua("a.lua"), lua("b.lua"), lua("idle.lua"), lua("z.lua")], programs)
        for name in ["a", "b", "z"] { #expect(answers.refusal(of: lua("\(name).lua")) == nil) }
        #expect(answers.versions.count == 3)
        #expect(
            answers.refusal(of: lua("idle.lua"))?.error == "source: 'idle.lua' ended the worker that loaded it (exit 0)"
        )
    }

    @Test("blames the file that ended the program, and asks again for those behind it")
    func crash() throws {
        let check = """
            while read -r line; do case $line in *bad*) exit 7;; *) echo ready >&3;; esac; done
            """
        let programs = try programs(try program("standard", check: check))
        let answers = try ask([lua("a.lua"), lua("bad.lua", "x"), lua("bad.lua", "y"), lua("c.lua")], programs)
        #expect(
            answers.refusal(of: lua("bad.lua", "x"))
                == .init(key: "source", error: "source: 'bad.lua' ended the worker that loaded it (exit 7)"))
        #expect(answers.refusal(of: lua("a.lua")) == nil)
        #expect(answers.refusal(of: lua("c.lua")) == nil)
    }

    @Test("blames the file that is not loaded in time, counted from the answer before")
    func hang() throws {
        let check = """
            while read -r line; do case $line in *slow*) exec sleep 60;; *) echo ready >&3;; esac; done
            """
        let programs = try programs(try program("standard", check: check))
        let inquiry = FunctionInquiry(
            about: [lua("a.lua"), lua("slow.lua"), lua("z.lua")], libraries: LuaLibraries(), programs, registry)
        inquiry.collects = true
        var now = MonotonicInstant(nanoseconds: 0)
        var answers: FunctionAnswers?
        // The clock of the inquiry goes on only when nothing more comes.
        for _ in 0..<10_000 where answers == nil {
            answers = try inquiry.advance(at: now)
            guard answers == nil, let output = inquiry.query?.answer.end else { continue }
            var poll = Poll()
            poll.add(output.value.pollHandle, for: .read)
            try poll.wait(.milliseconds(500))
            if !poll.isReady(0) { now = inquiry.deadline }
        }
        #expect(
            answers?.refusal(of: lua("slow.lua"))
                == .init(key: "source", error: "source: 'slow.lua' did not load within 5s"))
        #expect(answers != nil && answers?.refusal(of: lua("z.lua")) == nil)
    }
}
