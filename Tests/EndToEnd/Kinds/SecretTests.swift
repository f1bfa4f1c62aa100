import Glibc
import Kernel
import Testing

@Suite("The value of a variable")
struct SecretTests {
    private static let secret = "hunter2"

    /// They need their variables, and say how long they are.
    private static let jobs = """
        version: "1.0"
        namespace: test
        entries:
          - name: exec
            kind: function.exec
            command: "test -n \\"$A\\" && test -n \\"$B\\" && echo ${#A} ${#B}"
            environment: {B: hunter2-entry}
            environment_file: some.env
            meta: {type: cron.job, interval: 100ms}
          - name: lua
            kind: function.lua
            source: file://jobs.lua
            method: run
            environment: {B: hunter2-entry}
            environment_file: some.env
            meta: {type: cron.job, interval: 100ms}
          - name: nowhere
            kind: function.swift
            method: heartbeat
            environment: {B: hunter2-entry}
            environment_file: some.env
            working_directory: gone
            meta: {type: cron.job, interval: 100ms}

        """

    private static let lua = """
        local env = require("env")
        return { run = function() return #env.get("A") .. " " .. #env.get("B") end }
        """

    /// With errors of both kinds.
    private static let broken = """
          - {name: broken, kind: function.exec, command: [x], environment: {C: hunter2, D: []}, environment_file: bad.env,
             meta: {type: cron.job, interval: 1}}
          - name: broken-too
            kind: function.swift
            method: nothing
            environment:
              hunter2
            meta: {type: cron.job, interval: 1s}

        """

    private static let syntaxError = """
          - name: broken
            environment:
              A: *hunter2
              B: "hunter2" hunter2

        """

    private func furnish(_ scene: Scene) throws {
        try scene.add("A=hunter2-file\n", as: "some.env")
        try scene.add("A=hunter2\nhunter2\nB=\"\\hunter2\"\nC='hunter2\n", as: "bad.env")
        try scene.add(Self.lua, as: "jobs.lua")
        try scene.write(Self.jobs)
    }

    private func expectDiscretion(_ text: String) {
        for line in text.split(separator: "\n") where line.contains(Self.secret) { Issue.record("\(line)") }
    }

    @Test(
        "is in nothing that is printed, also beside errors",
        arguments: [["--once"], ["--once", "--json"], ["--check"]])
    func printed(arguments: [String]) throws {
        try Scene.play { scene in
            try furnish(scene)
            let all = ["--registry", scene.registry, "--worker", Binaries.worker] + arguments
            let right = try scene.run(all)
            #expect(right.status == .exited(code: 0), "\(right.errors)")
            expectDiscretion(right.output + right.errors)
            for (more, trace) in [(Self.broken, "bad.env"), (Self.syntaxError, "jobs.yaml")] {
                try scene.write(Self.jobs + more)
                let wrong = try scene.run(all)
                #expect(wrong.status == .exited(code: 100))
                let text = wrong.output + wrong.errors
                #expect(text.contains(trace), "\(text)")
                expectDiscretion(text)
            }
        }
    }

    @Test("is in no log, whatever happens", arguments: ["text", "logfmt", "json"])
    func logged(format: String) throws {
        try Scene.play { scene in
            try furnish(scene)
            let daemon = try scene.start(
                ["--log-format", format, "--log-level", "trace"], worker: Binaries.worker)
            func waitFor(_ words: String) throws {
                try daemon.wait(words) { TextFile.read(daemon.log.path)?.contains(words) == true }
            }
            // The functions have had them.
            try waitFor("12 13")
            try waitFor("chdir")
            for (count, more) in [Self.broken, Self.syntaxError].enumerated() {
                try scene.write(Self.jobs + more)
                daemon.reload()
                try daemon.wait("the reload fails") {
                    (TextFile.read(daemon.log.path) ?? "").split(separator: "\n").count {
                        $0.contains("Reload failed")
                    } > count
                }
            }
            #expect(try daemon.stop() == .exited(code: 0))
            expectDiscretion((TextFile.read(daemon.log.path) ?? "") + (TextFile.read(daemon.errors) ?? ""))
        }
    }

    @Test("of a file is not in the memory that all workers read, unlike that of an entry")
    func sharedMemory() throws {
        try Scene.play { scene in
            try furnish(scene)
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "TICK")
            let descriptors = try FileSystem.names(in: "/proc/\(daemon.pid)/fd").map { "/proc/\(daemon.pid)/fd/\($0)" }
            let memory = descriptors.first { (try? FileSystem.linkTarget($0))?.contains("cronsupd-registry") == true }
            let path = try #require(memory)
            let text = String(decoding: try #require(TextFile.bytes(path)), as: UTF8.self)
            #expect(text.contains("hunter2-entry") && !text.contains("hunter2-file"))
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }
}
