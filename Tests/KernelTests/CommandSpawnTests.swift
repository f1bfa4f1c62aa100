import Clocks
import Glibc
import TestSupport
import Testing

@testable import Kernel

@Suite("A command's start")
struct CommandSpawnTests {
    private func run(_ command: CommandSpawn) throws -> Run {
        let pipe = try Pipe.open(nonblocking: .reader)
        let null = try Descriptor.open(updating: "/dev/null")
        let pid = try command.start(input: null, output: pipe.writer, error: null)
        let status = try Children.collect(pid)
        return Run(status: status, output: try readAll(pipe.reader))
    }

    private func shell(_ text: String, directory: String? = nil) -> CommandSpawn {
        CommandSpawn(
            path: "/bin/sh", arguments: ["its name", "-c", text], environment: ["A=1"], directory: directory)
    }

    @Test("makes it lead a process group in the session of its starter")
    func group() throws {
        let fields = try run(shell("cat /proc/$$/stat")).output.split(separator: ") ")[1].split(separator: " ")
        let pid = try run(shell("echo $$; :")).output
        #expect(pid != "\(getpid())\n")
        #expect(fields[1] == "\(getpid())")
        #expect(fields[2] != "\(getpgrp())")
        #expect(fields[3] == "\(getsid(0))")
    }

    @Test("gives it its own name, environment and directory, and the limits of its starter")
    func beginning() throws {
        #expect(try run(shell("echo $0 $A; pwd", directory: "/usr")).output == "its name 1\n/usr\n")
        let limit = try OpenFilesLimit.current()
        #expect(try run(shell("ulimit -Sn; ulimit -Hn")).output == "\(limit.soft)\n\(limit.hard)\n")
    }

    @Test("gives it three descriptors and no blocked or ignored signal")
    func hygiene() throws {
        #expect(try run(shell("ls /proc/$$/fd; :")).output == "0\n1\n2\n")
        let signals = try run(shell("grep -E '^Sig(Blk|Ign)' /proc/$$/status | cut -f2 | sort -u; :"))
        #expect(signals.output == "0000000000000000\n")
    }

    @Test("in a directory that cannot be entered is one in the directory instead of it, if there is one")
    func fallback() throws {
        for (directory, place) in [("/nowhere", "/usr"), ("/etc/hostname", "/usr"), ("/etc", "/etc")] {
            var command = shell("pwd", directory: directory)
            command.fallbackDirectory = "/usr"
            #expect(try run(command).output == "\(place)\n")
        }
        var command = shell("pwd", directory: "/nowhere")
        command.fallbackDirectory = "/nowhere/else"
        #expect(throws: SystemError("chdir", "/nowhere", code: ENOENT)) { try run(command) }
    }

    @Test("may be in a directory whose name is no UTF-8, and begin there")
    func bytes() throws {
        let directory = try TemporaryDirectory()
        let name = PathText.text(Array("caf".utf8) + [0xE9])
        try directory.write("#!/bin/sh\nls\n", to: "\(name)/tool")
        let place = "\(directory.path)/\(name)"
        _ = withPath("\(place)/tool") { chmod($0, 0o755) }
        #expect(FileSystem.isExecutable("\(place)/tool") && FileSystem.exists(place))
        let found = ProgramSearch.find("tool", path: "\(name):/bin", directory: directory.path)
        #expect(found == .found("\(name)/tool"))
        let tool = CommandSpawn(path: "\(place)/tool", arguments: ["tool"], environment: [], directory: place)
        #expect(try run(tool).output == "tool\n")
        let null = try Descriptor.open(updating: "/dev/null")
        let pipe = try Pipe.open(nonblocking: .reader)
        let pid = try Program(path: "\(place)/tool", environment: [], openFiles: .current())
            .spawn(arguments: [place], input: null, output: pipe.writer, error: null)
        #expect(try Children.collect(pid) == .exited(code: 0))
        try FileSystem.rename("\(place)/tool", to: "\(place)/other")
        try FileSystem.remove("\(place)/other")
        #expect(try FileSystem.names(in: place).isEmpty)
    }

    @Test("that fails names the step and its object")
    func failures() throws {
        #expect(throws: SystemError("chdir", "/nowhere", code: ENOENT)) { try run(shell("", directory: "/nowhere")) }
        let missing = CommandSpawn(path: "/nowhere/x", arguments: ["x"], environment: [])
        #expect(throws: SystemError("execve", "/nowhere/x", code: ENOENT)) { try run(missing) }
        let tooMuch = CommandSpawn(
            path: "/bin/true", arguments: ["true", String(repeating: "x", count: 128 * 1_024)], environment: [])
        #expect(throws: SystemError("execve", "/bin/true", code: E2BIG)) { try run(tooMuch) }
    }

    @Test("refuses a NUL, after which a string would be lost")
    func nul() throws {
        let rows = [
            (CommandSpawn(path: "/bin/echo", arguments: ["echo", "a\0b"], environment: []), "argument 1"),
            (CommandSpawn(path: "/bin/echo", arguments: ["echo"], environment: ["B=a\0b"]), "the variable B"),
            (CommandSpawn(path: "/bin/\0echo", arguments: ["echo"], environment: []), "a path"),
            (CommandSpawn(path: "/bin/echo", arguments: [], environment: [], directory: "/\0usr"), "a path"),
        ]
        for (command, what) in rows {
            let error = #expect(throws: SystemError.self) { try run(command) }
            #expect(error?.reason == "\(what) has a NUL byte in it")
        }
    }
}
