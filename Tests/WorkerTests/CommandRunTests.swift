import Glibc
import Kernel
import TestSupport
import Testing

@Suite("A command")
struct CommandRunTests {
    // MARK: Arguments and programs

    @Test("gets its arguments as they were written, without a shell")
    func arguments() throws {
        let result = try run(["printf", "%s|", "a b", "", "$HOME", "it's \"quoted\"", "é", "*"])
        #expect(result.outcome == "ok a b||$HOME|it's \"quoted\"|é|*|")
        #expect(result.status == .exited(code: 0))
    }

    @Test("gets the caller's arguments behind its own")
    func extraArguments() throws {
        let extra = ["--extra", "x y", "--extra", "z"]
        #expect(try run(["printf", "%s|", "a"], extra).outcome == "ok a|x y|z|")
        #expect(try shell("printf '%s|' \"$0\" \"$@\"", extra).outcome == "ok /bin/sh|x y|z|")
        #expect(try shell("echo $#").outcome == "ok 0")
    }

    @Test("that is a text is run by the shell, or by the one that is named")
    func shells() throws {
        #expect(try shell("echo $((1 + 1)); echo $0").outcome == "ok /bin/sh")
        let named = try HostProcess(["--shell", "/bin/bash", "--text", "x=(a b); echo ${#x[@]} $0"]).finish()
        #expect(named.outcome == "ok 2 /bin/bash")
        let missing = try HostProcess(["--shell", "/nowhere/sh", "--text", "x"]).finish()
        #expect(missing.outcome == "failed execve '/nowhere/sh': No such file or directory")
    }

    @Test("is looked for in the PATH that it would have, and named with it if it is not there")
    func search() throws {
        let directory = try TemporaryDirectory()
        try directory.write("#!/bin/sh\necho mine\n", to: "bin/tool")
        try directory.write("text", to: "plain/tool")
        try #require(chmod("\(directory.path)/bin/tool", 0o755) == 0)
        let (bin, plain) = ("\(directory.path)/bin", "\(directory.path)/plain")
        #expect(try run(["tool"], ["--set", "PATH=\(bin)"]).outcome == "ok mine")
        #expect(try run(["tool"], ["--set", "PATH=/nowhere:\(plain):\(bin)"]).outcome == "ok mine")
        #expect(
            try run(["tool"], ["--set", "PATH=\(plain):/bin"]).outcome
                == "failed execve '\(plain)/tool': not a file that may be run")
        #expect(try run(["tool"]).outcome == "failed no program 'tool' in PATH (/usr/bin:/bin)")
        #expect(try run(["tool"], ["--set", "PATH"]).outcome == "failed no program 'tool' in PATH (/bin:/usr/bin)")
        let relative = ["--set", "PATH=bin", "--working-directory", directory.path]
        #expect(try run(["tool"], relative).outcome == "ok mine")
    }

    @Test("that cannot be run says why")
    func refusals() throws {
        let directory = try TemporaryDirectory()
        try directory.write("echo no interpreter\n", to: "script")
        try directory.write("#!/nowhere/interpreter\n", to: "orphan")
        try directory.write("#!/bin/sh\n", to: "plain")
        for name in ["script", "orphan"] { try #require(chmod("\(directory.path)/\(name)", 0o755) == 0) }
        let rows = [
            ("/nowhere/program", "No such file or directory"),
            ("\(directory.path)/plain", "Permission denied"),
            (directory.path, "Permission denied"),
            ("\(directory.path)/script", "neither a program for this machine nor a script that begins with #!"),
            ("\(directory.path)/orphan", "the file is there, but not the interpreter that it names"),
        ]
        for (path, reason) in rows {
            let result = try run([path])
            #expect(result.outcome == "failed execve '\(path)': \(reason)")
            #expect(result.after == result.before, "nothing is left of it")
        }
    }

    // MARK: What it begins with

    @Test("has the worker's environment, changed by its own and then by the caller's")
    func environment() throws {
        let options = ["--set", "A=1", "--set", "B=two words", "--extra-set", "A=3", "--set", "INHERITED"]
        let result = try run(["env"], options)
        #expect(result.logged.sorted() == ["stdout 0 A=3", "stdout 0 B=two words", "stdout 0 PATH=/usr/bin:/bin"])
        #expect(try run(["printenv", "INHERITED"]).outcome == "ok yes")
    }

    @Test("begins in its directory, which counts from that of its file")
    func workingDirectory() throws {
        let directory = try TemporaryDirectory()
        try FileSystem.createDirectories("\(directory.path)/below")
        let options = ["--directory", directory.path, "--working-directory", "below"]
        #expect(try run(["pwd"], options).outcome == "ok \(directory.path)/below")
        #expect(try run(["pwd"], ["--working-directory", "/usr"]).outcome == "ok /usr")
        #expect(
            try run(["pwd"], ["--working-directory", "/nowhere"]).outcome
                == "failed chdir '/nowhere': No such file or directory")
        #expect(
            try run(["pwd"], ["--directory", "/etc", "--working-directory", "passwd"]).outcome
                == "failed chdir '/etc/passwd': Not a directory")
    }

    @Test("reads its text from the standard input, and nothing if it has none")
    func input() throws {
        #expect(try run(["cat"], ["--stdin", "one\ntwo"]).logged == ["stdout 0 one", "stdout 0 two"])
        let long = String(repeating: "0123456789abcde\n", count: 65_536)
        #expect(try run(["sh", "-c", "wc -c; : "], ["--stdin", String(long.prefix(100_000))]).outcome == "ok 100000")
        #expect(try run(["wc", "-c"], ["--stdin", ""]).outcome == "ok 0")
        #expect(try run(["wc", "-c"]).outcome == "ok 0")
        #expect(try run(["readlink", "/proc/self/fd/0"]).outcome == "ok /dev/null")
    }

    @Test("has its three descriptors, also from a worker that has not")
    func closedInput() throws {
        // Descriptor 3 is the list's own. That of the shell has the pipe besides, for a moment.
        let text = "echo out; echo err >&2; readlink /proc/self/fd/0; ls /proc/self/fd | tr '\\n' ' '"
        let result = try HostProcess(["--text", text], closedInput: true).finish()
        #expect(
            Set(result.logged) == ["stdout 0 out", "stderr 0 err", "stdout 0 /dev/null", "stdout 0 0 1 2 3 "],
            "\(result)")
    }

    @Test("leads a process group of its own in the worker's session, and dies with the worker")
    func group() throws {
        let fields = try run(["cat", "/proc/self/stat"]).outcome?.split(separator: " ") ?? []
        try #require(fields.count > 6)
        let (pid, parent, group, session) = (fields[1], fields[4], fields[5], fields[6])
        #expect(pid == group && session == parent && pid != session)
        let status = try run(["grep", "-E", "^(SigBlk|SigIgn):", "/proc/self/status"])
        #expect(status.logged.allSatisfy { $0.hasSuffix("\t0000000000000000") } && status.logged.count == 2)
    }

    // MARK: What it comes to

    @Test("has the last line that is not empty for its result")
    func result() throws {
        #expect(try shell("echo one; echo two; echo; echo '  '").outcome == "ok two")
        #expect(try shell("printf 'one\\ntwo'").outcome == "ok two")
        #expect(try shell("printf 'two \\r\\n'").outcome == "ok two")
        #expect(try shell(":").outcome == "ok ")
        #expect(try shell("echo out; echo err >&2").outcome == "ok out")
    }

    @Test("succeeds with the codes that say so, and fails with the last line of its errors, or else of its output")
    func codes() throws {
        #expect(try shell("exit 3").outcome == "failed exit 3")
        #expect(try shell("echo first >&2; echo last >&2; echo out; exit 3").outcome == "failed exit 3: last")
        #expect(try shell("echo first; echo last; echo '  '; echo ' ' >&2; exit 3").outcome == "failed exit 3: last")
        #expect(try shell("echo fine; exit 3", ["--codes", "0,3"]).outcome == "ok fine")
        #expect(try shell("exit 0", ["--codes", "3"]).outcome == "failed exit 0")
    }

    @Test("has an error of 200 bytes at most, which ends with a whole character")
    func longErrors() throws {
        let whole = String(repeating: "é", count: 96)
        #expect(try shell("printf '\(whole)'; exit 3").outcome == "failed exit 3: \(whole)")
        let cut = "failed exit 3: \(whole.dropLast(2))…"
        #expect(cut.utf8.count == "failed ".utf8.count + 199)
        #expect(try shell("printf '\(whole)é'; exit 3").outcome == cut)
        #expect(try shell("printf '\(whole)é'").outcome == "ok \(whole)é")
    }

    @Test("that dies by a signal says by which")
    func signals() throws {
        #expect(try shell("kill -9 $$").outcome == "failed signal 9 (SIGKILL)")
        #expect(try shell("echo why; kill -9 $$").outcome == "failed signal 9 (SIGKILL): why")
        #expect(try shell("echo why >&2; kill -USR1 $$").outcome == "failed signal 10 (SIGUSR1): why")
        #expect(try shell("kill -9 $$", ["--codes", "9,137"]).outcome == "failed signal 9 (SIGKILL)")
    }
}
