import Clocks
import Glibc
import Kernel
import Testing

@Suite("cronsupd --run")
struct SingleRunTests {
    private static let registry = """
        version: "1.0"
        namespace: test
        entries:
          - name: job
            kind: function.exec
            command: 'echo "$CRONSUPD_ENTRY $CRONSUPD_RUN $CRONSUPD_ARGS"; echo bad >&2'
            args: {a: 1}
            meta: {type: cron.job, interval: 1h, enabled: false}
          - {name: code, kind: function.exec, command: "exit 37", meta: {type: cron.job, schedule: "@daily"}}
          - {name: fine, kind: function.exec, command: "exit 24", success_codes: [24]}
          - {name: many, kind: function.exec, command: [seq, "5000"]}
          - {name: slow, kind: function.exec, command: [sleep, "100"], timeout: 100ms}
          - {name: deaf, kind: function.exec, command: "trap '' TERM; while :; do sleep 1; done", timeout: 100ms,
             kill_after: 100ms}
          - {name: long, kind: function.exec, command: "trap 'exit 3' TERM; echo on; while :; do sleep 0.01; done"}
          - {name: leaves, kind: function.exec, command: "setsid sleep 100 & sleep 0"}
          - {name: serves, kind: function.exec, command: "setsid sleep 100 & echo $!", leftovers: leave}
          - {name: gone, kind: function.exec, command: [./none], working_directory: gone}
          - {name: lua, kind: function.lua, source: "file://jobs.lua", method: run, args: {x: one}}
          - {name: raise, kind: function.lua, source: "file://jobs.lua", method: raise}
          - {name: dies, kind: function.lua, source: "file://jobs.lua", method: dies}
          - {name: nobody, kind: function.exec, command: [id, -un], user: nobody}
          - {name: library, kind: library.lua, source: "file://jobs.lua"}
        """

    private static let lua = """
        local logger = require("logger")
        return {
          run = function(args)
            print("printed")
            logger:warn("logged", { a = 1 })
            return args.x
          end,
          raise = function() return nil, "it is broken" end,
          dies = function() os.exit(9) end,
        }
        """

    private func play(_ body: (Scene, _ run: (String, [String]) throws -> Scene.Finished) throws -> Void) throws {
        try Scene.play { scene in
            try scene.add(Self.lua, as: "jobs.lua")
            try scene.write(Self.registry)
            try body(scene) { id, more in
                try scene.run(
                    ["--registry", scene.registry, "--worker", Binaries.worker, "--run", "test:\(id)"] + more)
            }
        }
    }

    @Test("runs a command once, whatever its schedule, with its outputs as they are and its exit code")
    func commands() throws {
        try play { scene, run in
            let job = try run("job", [])
            #expect(job.status == .exited(code: 0))
            #expect(job.output == "test:job 1 {\"a\":1}\n" && job.errors == "bad\n")
            #expect(try run("job", ["--args", "[true]"]).output == "test:job 1 [true]\n")
            let code = try run("code", [])
            #expect(code.status == .exited(code: 37) && code.errors == "cronsupd: test:code: exit 37\n")
            #expect(try run("fine", []).status == .exited(code: 0))
            let many = try run("many", [])
            #expect(many.output == (1...5_000).map { "\($0)\n" }.joined() && many.errors == "")
        }
    }

    @Test("runs a function once: its result is printed, and 1 says that it failed")
    func functions() throws {
        try play { scene, run in
            let lua = try run("lua", [])
            #expect(lua.status == .exited(code: 0) && lua.output == "printed\none\n")
            #expect(lua.errors.hasSuffix(" WARN  logged              entry=test:lua by=job a=1\n"))
            #expect(try run("lua", ["--args", #"{"x": "two"}"#]).output == "printed\ntwo\n")
            let raise = try run("raise", [])
            #expect(raise.status == .exited(code: 1) && raise.errors == "cronsupd: test:raise: it is broken\n")
            let dies = try run("dies", [])
            #expect(dies.status == .exited(code: 1) && dies.errors.contains("the worker ended in the run: exit 9"))
        }
    }

    @Test("ends it at its timeout, with 124, and what it has left with it")
    func timeouts() throws {
        try play { scene, run in
            for id in ["slow", "deaf"] {
                let finished = try run(id, [])
                #expect(finished.status == .exited(code: 124), "\(id)")
                #expect(finished.errors == "cronsupd: test:\(id): timeout after 100ms\n")
            }
            let leaves = try run("leaves", [])
            #expect(leaves.status == .exited(code: 0))
            #expect(leaves.errors.contains("a process that it left was killed: '"))
        }
    }

    @Test("lets what it has left go on where its entry says so")
    func leaves() throws {
        try play { _, run in
            let serves = try run("serves", [])
            let pid = try #require(Int32(serves.output.dropLast()))
            defer { kill(pid, SIGKILL) }
            #expect(serves.status == .exited(code: 0) && serves.errors.contains("a process that it left goes on: '"))
            #expect(Proc.isAlive(pid))
        }
    }

    @Test("passes on a signal, and ends with its number")
    func signals() throws {
        try play { scene, _ in
            let output = scene.path("out")
            let process = try ChildProcess(
                [Binaries.daemon, "--registry", scene.registry, "--worker", Binaries.worker, "--run", "test:long"],
                environment: scene.environment, output: output, errors: scene.path("err"))
            try wait("it runs") { TextFile.read(output) == "on\n" }
            process.signal(SIGINT)
            try wait("its end") { process.hasExited }
            #expect(process.exitStatus == .exited(code: 130))
        }
    }

    @Test("says what is wrong before a run, with 100")
    func mistakes() throws {
        try play { scene, run in
            let unknown = try run("lau", [])
            #expect(unknown.status == .exited(code: 100))
            #expect(unknown.errors == "cronsupd: no function 'test:lau' in the registry\n")
            #expect(try run("library", []).status == .exited(code: 100))
            let json = try run("job", ["--args", "{"])
            #expect(json.status == .exited(code: 100) && json.errors.hasPrefix("cronsupd: --args: no JSON: "))
            #expect(try run("job", ["--log-format", "journal"]).status == .exited(code: 100))
            #expect(try run("a b", []).errors.contains("is no entry ID; expected NAMESPACE:NAME"))
            let gone = try run("gone", [])
            #expect(gone.status == .exited(code: 1) && gone.errors.contains("chdir '"))
            try scene.write("namespace: [")
            #expect(try run("job", []).status == .exited(code: 100))
        }
    }

    @Test("is refused beside a daemon of the same registry, unless it is forced, and holds none up")
    func beside() throws {
        try play { scene, run in
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "Discovered jobs")
            let refused = try run("job", [])
            #expect(refused.status == .exited(code: 111) && refused.output == "")
            #expect(
                refused.errors.hasSuffix(
                    "runs this registry, and may run 'test:job' at the same time; expected 'cronsupctl run test:job', no cronsupd, or --force\n"
                ))
            #expect(try run("job", ["--force"]).output == "test:job 1 {\"a\":1}\n")
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(try run("job", []).status == .exited(code: 0))
        }
    }

    @Test("has the rights of the entry's user", .enabled(if: geteuid() == 0, "needs root"))
    func rights() throws {
        try play { scene, run in
            chmod(scene.directory, 0o755)
            let finished = try run("nobody", [])
            #expect(finished.output == "nobody\n", "\(finished.errors)")
        }
    }
}
