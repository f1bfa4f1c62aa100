import Kernel
import Testing

/// The functions that bash calls, in a bash without a terminal.
@Suite("Completions in bash")
struct BashCompletionTests {
    /// `typed`: bash's words, of which the last one is completed, unless `current` names another.
    private func complete(_ scene: Scene, _ typed: [String], _ current: Int? = nil) throws -> [String] {
        let program = typed[0]
        let words = typed.map {
            "'" + $0.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
        }
        let script = """
            cd \(scene.path("")) && . completions/\(program).bash
            complete -p \(program) > registered
            COMP_WORDS=(\(words.joined(separator: " "))) COMP_CWORD=\(current ?? typed.count - 1)
            _\(program)
            [ ${#COMPREPLY[@]} = 0 ] || printf '%s\\n' "${COMPREPLY[@]}"
            """
        let path = "PATH=\(Binaries.directory):/usr/bin:/bin"
        let finished = try scene.run([path, "bash", "--norc", "-c", script], program: "/usr/bin/env")
        #expect(finished.status == .exited(code: 0) && finished.errors == "")
        #expect(TextFile.read(scene.path("registered")) == "complete -F _\(program) \(program)\n")
        return finished.output.split(separator: "\n").map(String.init)
    }

    /// The files of completions as `make` makes them, and something to complete.
    private func play(_ body: (Scene) throws -> Void) throws {
        try Scene.play { scene in
            let made = try scene.run(
                ["-s", "-C", DocumentBlock.root, "completions", "COMPLETIONS=\(scene.path("completions"))"],
                program: "/usr/bin/make")
            #expect(made.status == .exited(code: 0), "\(made.errors)")
            try scene.declare([JobText(name: "job.one"), JobText(name: "job.two")])
            try scene.add("namespace: x\nentries: []\n", as: "my jobs/a.yaml")
            try scene.add("nothing\n", as: "notes.txt")
            try body(scene)
        }
    }

    @Test("know options, values, subcommands, entries, zones and users")
    func words() throws {
        try play { scene in
            let registry = scene.registry
            for (typed, expected) in [
                (["cronsupd", "--log-l"], ["--log-level"]),
                (
                    ["cronsupd", "--log-level", ""],
                    ["trace", "debug", "info", "notice", "warning", "error", "critical"]
                ),
                (["cronsupd", "--log-format", "=", "j"], ["json", "journal"]),
                (["cronsupd", "--color", "a"], ["auto", "always"]),
                (["cronsupd", "--strict", "--allow", "no-job,crontab-f"], ["no-job,crontab-file"]),
                (["cronsupd", "--trust-owner", "roo"], ["root"]),
                (["cronsupd", "--registry", registry, "--once", "--job", ""], ["test:job.one", "test:job.two"]),
                (["cronsupd", "--registry", registry, "--run", "test", ":", "job.t"], ["job.two"]),
                (["cronsupd", "--once", "h"], []),
                (["cronsupctl", "n"], ["next"]),
                (["cronsupctl", "registry", ""], ["find", "get"]),
                (["cronsupctl", "registry", "get", "--registry", "=", registry, "test", ":"], ["job.one", "job.two"]),
                (["cronsupctl", "next", "@daily", "--timezone", "Europe/Rig"], ["Europe/Riga"]),
                (["cronsupctl", "help", "exp"], ["explain"]),
                (["cronworker", "--c"], ["--catalog", "--check"]),
                (["cronworker", "hea"], ["heartbeat"]),
                (["cronworker", "heartbeat", "10"], ["10s"]),
            ] {
                let found = try complete(scene, typed)
                #expect(found == expected, "\(typed)")
            }
            let both = ["cronsupctl", "registry", "get", "test:job.o", "--registry", registry]
            #expect(try complete(scene, both, 3) == ["test:job.one"])
        }
    }

    @Test("find files and directories where an option or an argument is a path")
    func files() throws {
        try play { scene in
            for (typed, expected) in [
                (["cronsupd", "--registry", "registry/"], ["registry/jobs.yaml", "registry/my jobs"]),
                (["cronsupd", "--registry", "=", "registry/n"], []),
                (["cronsupctl", "import", "registry/n"], ["registry/notes.txt"]),
                (["cronsupctl", "import", "a", "registry/my\\ jobs/"], ["registry/my jobs/a.yaml"]),
                (["cronsupd", "--runtime-directory", "regis"], ["registry"]),
                (["cronsupd", "--runtime-directory", "'registry/m"], ["registry/my jobs"]),
                (["cronsupd", "--worker", "registry/j"], ["registry/jobs.yaml"]),
            ] {
                let found = try complete(scene, typed)
                #expect(Set(found) == Set(expected), "\(typed)")
            }
        }
    }

    @Test("have no entries of what is no registry, and do not wait for a pipe")
    func nothing() throws {
        try play { scene in
            try scene.write("namespace: [")
            _ = try scene.run([scene.path("pipe")], program: "/usr/bin/mkfifo")
            for registry in [scene.registry, scene.path("pipe"), "/dev/tty", scene.path("none")] {
                let typed = ["cronsupd", "--registry", registry, "--job", ""]
                #expect(try complete(scene, typed) == [])
                let finished = try scene.run(["complete", "bash", "4", "--"] + typed, program: Binaries.control)
                #expect(finished.status == .exited(code: 0) && finished.output == "words\n\n\n")
            }
        }
    }
}
