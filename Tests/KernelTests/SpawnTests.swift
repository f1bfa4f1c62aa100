import Clocks
import Glibc
import TestSupport
import Testing

@testable import Kernel

/// One after the other: some change what the whole process has.
@Suite("A program", .serialized)
struct SpawnTests {
    // MARK: Exits

    @Test("ends with any code", arguments: [0, 1, 2, 42, 126, 127, 128, 255])
    func exitCodes(code: Int32) throws {
        let status = try shell("exit \(code)").status
        #expect(status == .exited(code: code))
        #expect(status.description == "exit \(code)")
    }

    @Test(
        "ends by any signal",
        arguments: [
            (SIGTERM, "SIGTERM"), (SIGKILL, "SIGKILL"), (SIGHUP, "SIGHUP"), (SIGUSR1, "SIGUSR1"),
            (SIGPIPE, "SIGPIPE"), (SIGSYS, "SIGSYS"), (SIGALRM, "SIGALRM"), (40, "SIG40"),
        ])
    func signals(number: Int32, name: String) throws {
        guard case .signaled(number, let dumpedCore) = try shell("kill -\(number) $$").status else {
            Issue.record("no end by signal \(number)")
            return
        }
        let description = Kernel.ExitStatus.signaled(number, dumpedCore: dumpedCore).description
        #expect(description == "signal \(number) (\(name))" + (dumpedCore ? ", core dumped" : ""))
    }

    @Test("is collected when it has ended, and not before")
    func collecting() throws {
        let input = try Pipe.open(nonblocking: .writer)
        let null = try Descriptor.open(updating: "/dev/null")
        let pid = try program("/bin/cat").spawn(arguments: [], input: input.reader, output: null, error: null)
        #expect(try Children.collectIfExited(pid) == nil)
        Children.signalGroup(pid, .terminate)
        #expect(try Children.collect(pid) == .signaled(SIGTERM, dumpedCore: false))
        #expect(throws: SystemError("waitpid", "process \(pid)", code: ECHILD)) { try Children.collectIfExited(pid) }
    }

    // MARK: F04

    @Test("that was opened is started as it was, whatever stands at its path")
    func opened() throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/program"
        func install(_ source: String) throws {
            try #require(try run("/bin/cp", [source, path + ".new"]).status == .exited(code: 0))
            try FileSystem.rename(path + ".new", to: path)
        }
        try install("/bin/echo")
        let file = ProgramFile(path)
        let echo = Program(file, environment: [], openFiles: plainLimit)
        #expect(file.isCurrent)
        #expect(try run(echo, ["a", "b"]).output == "a b\n")
        try install("/bin/false")
        #expect(!file.isCurrent)
        #expect(try run(echo, ["a"]).output == "a\n")
        unlink(path)
        #expect(try run(echo, ["a"]).output == "a\n")
        #expect(try FileSystem.status(file.image).identity.size == FileSystem.status("/bin/echo").identity.size)
        // It has no descriptor of it.
        try install("/bin/ls")
        let ls = Program(ProgramFile(path), environment: [], openFiles: plainLimit)
        #expect(try run(ls, ["/proc/self/fd"]).output == "0\n1\n2\n3\n")
    }

    @Test("that is a script, or is not there, is what stands at its path")
    func byPath() throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/program"
        func install(_ text: String) throws {
            try directory.write(text, to: "program")
            chmod(path, 0o700)
        }
        let missing = ProgramFile(path)
        let program = Program(missing, environment: [], openFiles: plainLimit)
        #expect(throws: SystemError("execve", path, code: ENOENT)) { try run(program, []) }
        try install("#!/bin/sh\necho one $0\n")
        #expect(try run(program, []).output == "one \(path)\n")
        let script = Program(ProgramFile(path), environment: [], openFiles: plainLimit)
        try install("#!/bin/sh\necho two $0\n")
        #expect(try run(script, []).output == "two \(path)\n")
        chmod(path, 0o600)
        #expect(throws: SystemError("execve", path, code: EACCES)) { try run(script, []) }
    }

    // MARK: F06

    @Test("can be started by any number of threads at once, each with its own descriptors")
    func threads() async throws {
        let outputs = try await withThrowingTaskGroup(of: (Int, String).self) { group in
            for number in 0..<50 { group.addTask { (number, try shell("echo \(number)").output) } }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        #expect(outputs == Dictionary(uniqueKeysWithValues: (0..<50).map { ($0, "\($0)\n") }))
    }

    @Test("gets its arguments and the environment that was meant for it, and nothing else")
    func arguments() throws {
        let run = try run("/usr/bin/env", [], environment: ["A=1", "B=two words"])
        #expect(run.output == "A=1\nB=two words\n")
        #expect(try shell("printf '%s|' \"$0\" \"$@\"", ["a b", "", "é"]).output == "sh|a b||é|")
    }

    @Test("has its own pipes for input, output and errors, a fourth, a file besides, and a lock")
    func descriptors() throws {
        let directory = try TemporaryDirectory()
        guard let lock = try FileLock.take("\(directory.path)/lock") else { throw TestFailure("the lock is held") }
        let input = try Pipe.open(nonblocking: .writer)
        let output = try Pipe.open(nonblocking: .reader)
        let error = try Pipe.open(nonblocking: .reader)
        let report = try Pipe.open(nonblocking: .reader)
        let registry = try Descriptor.sealedMemory("registry", Array("reg".utf8))
        try input.writer.writeAll(bytes("in\n"))
        let pid = try program("/bin/sh").spawn(
            arguments: ["-c", "read x; echo out $x; echo err >&2; echo rep >&3; cat <&4 >&3; echo lock >&5"],
            input: input.reader,
            output: output.writer, error: error.writer, report: report.writer, registry: registry, lock: lock)
        #expect(try Children.collect(pid) == .exited(code: 0))
        #expect(FileLock.note(in: "\(directory.path)/lock") == "lock")
        #expect(
            try [readAll(output.reader), readAll(error.reader), readAll(report.reader)] == [
                "out in\n", "err\n", "rep\nreg",
            ])
    }

    // MARK: Failures

    @Test("that cannot be started says which step failed and why, and leaves nothing behind")
    func failures() throws {
        let directory = try TemporaryDirectory()
        try directory.write("#!/bin/sh\n", to: "plain")
        try directory.write("no program", to: "garbage")
        try directory.write("#!/nowhere/sh\n", to: "interpreter")
        for name in ["garbage", "interpreter"] { try #require(chmod("\(directory.path)/\(name)", 0o755) == 0) }
        let failures = [
            ("/nowhere/program", ENOENT), (directory.path, EACCES), ("\(directory.path)/plain", EACCES),
            ("\(directory.path)/garbage", ENOEXEC), ("\(directory.path)/interpreter", ENOENT),
            ("\(directory.path)/plain/x", ENOTDIR), ("", ENOENT),
        ]
        for (path, code) in failures {
            #expect(throws: SystemError("execve", path, code: code)) { try run(path, []) }
        }
    }

    @Test("that cannot be started is no zombie")
    func zombies() async {
        await #expect(processExitsWith: .success) {
            for path in ["/nowhere/program", "/", "/etc/passwd"] { _ = try? run(path, []) }
            #expect(Children.peekExited() == nil)
            #expect(waitpid(-1, nil, WNOHANG) == -1 && errno == ECHILD)
            let null = try Descriptor.open(updating: "/dev/null")
            let pid = try program("/bin/true").spawn(arguments: [], input: null, output: null, error: null)
            #expect(waitpid(-1, nil, 0) == pid, "this one is a child")
        }
    }

    @Test("that cannot have its limit says so")
    func limitFailure() throws {
        let tooMany = OpenFilesLimit(limit: rlimit(rlim_cur: 5, rlim_max: 4))
        #expect(throws: SystemError("setrlimit", "/bin/true", code: EINVAL)) {
            try run("/bin/true", [], openFiles: tooMany)
        }
    }

    // MARK: What a program begins with

    @Test("begins with no signal blocked, ignored or caught")
    func signalState() throws {
        // Ignored here, as by a shell's nohup.
        let before = signal(SIGUSR2, SIG_IGN)
        defer { signal(SIGUSR2, before) }
        let status = try processStatus()
        for key in ["SigBlk", "SigIgn", "SigCgt"] { #expect(status[key] == "0000000000000000", "\(key)") }
    }

    @Test("begins with the signal mask of its spawner left as it was")
    func ownMask() throws {
        var mask = sigset_t()
        sigemptyset(&mask)
        sigaddset(&mask, SIGUSR2)
        var before = sigset_t()
        pthread_sigmask(SIG_SETMASK, &mask, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        #expect(try processStatus()["SigBlk"] == "0000000000000000")
        var after = sigset_t()
        pthread_sigmask(SIG_BLOCK, nil, &after)
        #expect((Int32(1)...31).filter { sigismember(&after, $0) == 1 } == [SIGUSR2])
    }

    @Test("leads a session of its own")
    func session() throws {
        let fields = try run("/bin/cat", ["/proc/self/stat"]).output.split(separator: " ")
        let (pid, group, session) = (fields[0], fields[4], fields[5])
        #expect(pid == group && pid == session)
        #expect(fields[3] == "\(getpid())")
    }

    @Test("has the limit of open files that was asked for")
    func limit() throws {
        let limits = try run(
            "/bin/cat", ["/proc/self/limits"], openFiles: OpenFilesLimit(limit: rlimit(rlim_cur: 77, rlim_max: 99))
        ).output
        let line = limits.split(separator: "\n").first { $0.hasPrefix("Max open files") }
        #expect(line?.split(separator: " ").dropFirst(3).prefix(2) == ["77", "99"])
    }

    @Test("has the descriptors that it was given and no others, however many its spawner has")
    func leaks() async {
        // In a process of its own, which has no children but these, and whose descriptors are known.
        await #expect(processExitsWith: .success) { try expectHygiene(hasReserve: true) }
    }

    @Test("is the same without descriptors set aside for it")
    func noReserve() async {
        await #expect(processExitsWith: .success) {
            try expectHygiene(hasReserve: false)
        }
    }
}
