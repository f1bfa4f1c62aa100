import Foundation
import Glibc
import Kernel
import Testing

@Suite("The command line")
struct CommandLineTests {
    private let broken = """
        version: "1.0"
        namespace: test
        entries:
          - name: one
            kind: function.swift
            method: tikc
            meta: {type: cron.job, interval: 1s}
          - name: two
            kind: function.swift
            method: tick
            meta: {type: cron.job, interval: 10}
          - name: three
            kind: function.swift
            method: tikc
            meta: {type: cron.job, interval: -1s}
        """

    private func run(_ scene: Scene, _ arguments: [String]) throws -> Scene.Finished {
        try scene.run(["--registry", scene.registry, "--worker", Binaries.faultWorker] + arguments)
    }

    @Test("--once prints a table of the jobs and starts nothing")
    func table() throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "one"), JobText(name: "two", interval: "1m30s")])
            let finished = try run(scene, ["--once"])
            #expect(finished.status == .exited(code: 0))
            let lines = finished.output.split(separator: "\n")
            // The header, a line for each job, and the count.
            #expect(lines.count == 4 && lines.allSatisfy { $0.count <= 80 })
            #expect(lines.first?.hasPrefix("NEXT ") == true && lines.last == "2 jobs")
            #expect(lines[1].contains("  test:one  every ") && lines[1].hasSuffix("  tick"))
            #expect(lines[2].hasSuffix("  in 1m30s  test:two  every 1m30s  tick"))
            let wide = try run(scene, ["--once", "--wide"])
            #expect(
                wide.output.contains("  function.swift  ") && wide.output.contains("\(scene.registry)/jobs.yaml:10\n"))
            let job = try run(scene, ["--once", "--job", "test:two", "--slots", "2"])
            #expect(job.output.hasPrefix("test:two\n  kind         function.swift\n"))
            #expect(job.output.split(separator: "\n").count { $0.contains("Z  in ") } == 2)
            #expect(try run(scene, ["--once", "--job", "test:six"]).status == .exited(code: 100))
        }
    }

    @Test("--check and --once read a file that has no place any more, as a shell's here-document may be")
    func unlinked() throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "one")])
            let file = "\(scene.registry)/jobs.yaml"
            for option in ["--check", "--once"] {
                let script =
                    "cp \"$1\" \"$1.copy\"; exec <\"$1.copy\"; rm \"$1.copy\"; "
                    + "exec \"$0\" \(option) --registry /dev/stdin --worker \"$2\""
                let finished = try scene.run(
                    ["-c", script, Binaries.daemon, file, Binaries.faultWorker], program: "/bin/sh")
                #expect(finished.status == .exited(code: 0), "\(finished.errors)")
                #expect(finished.output.contains("test:one") || option == "--check")
            }
        }
    }

    @Test("--once --json prints one object")
    func json() throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "one", interval: "1m")])
            let finished = try run(scene, ["--once", "--json"])
            #expect(finished.status == .exited(code: 0))
            let object = try JSONSerialization.jsonObject(with: Data(finished.output.utf8)) as? [String: Any]
            let jobs = try #require(object?["jobs"] as? [[String: Any]])
            let job = try #require(jobs.first)
            #expect(
                Set(job.keys) == [
                    "id", "kind", "interval", "schedule", "timezone", "jitter", "splay", "user", "function", "next",
                    "file", "line", "column",
                ])
            #expect(job["interval"] as? String == "1m")
            #expect(job["schedule"] is NSNull && job["timezone"] is NSNull)
            #expect(job["id"] as? String == "test:one")
            #expect(job["line"] as? Int == 4)
            #expect((job["next"] as? [String])?.count == 3)
            #expect((job["next"] as? [String])?.allSatisfy { $0.hasSuffix("Z") } == true)
            #expect((object?["errors"] as? [Any])?.isEmpty == true)
            #expect((object?["notes"] as? [Any])?.isEmpty == true)
        }
    }

    @Test(
        "a broken registry ends with every error and its line, and with 100", arguments: [["--once"], ["--check"], []])
    func errors(mode: [String]) throws {
        try Scene.play { scene in
            try scene.write(broken)
            let finished = try run(scene, mode)
            #expect(finished.status == .exited(code: 100))
            #expect(finished.output == "")
            let file = "\(scene.registry)/jobs.yaml"
            #expect(finished.errors.contains("\(file):6:13: the worker has no function 'tikc'"))
            #expect(finished.errors.contains("did you mean 'tick'?"))
            #expect(finished.errors.contains("\(file):11:38: "))
        }
    }

    @Test("--once --json has the errors in its object")
    func jsonErrors() throws {
        try Scene.play { scene in
            try scene.write(broken)
            let finished = try run(scene, ["--once", "--json"])
            #expect(finished.status == .exited(code: 100))
            let object = try JSONSerialization.jsonObject(with: Data(finished.output.utf8)) as? [String: Any]
            let errors = try #require(object?["errors"] as? [[String: Any]])
            #expect(errors.compactMap { $0["line"] as? Int } == [6, 11, 14, 15])
        }
    }

    @Test("--check says nothing of a registry that is right")
    func check() throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "one")])
            let finished = try run(scene, ["--check"])
            #expect(finished.status == .exited(code: 0))
            #expect(finished.output + finished.errors == "")
        }
    }

    @Test("--check prints notes by their names, --strict makes them errors, and --allow accepts some")
    func notes() throws {
        try Scene.play { scene in
            try scene.declare([
                JobText(name: "one", interval: "1h"), JobText(name: "two", meta: ["owner": "me", "enabled": "false"]),
            ])
            let noted = try run(scene, ["--check"])
            #expect(noted.status == .exited(code: 0) && noted.output == "")
            let place = "\(scene.registry)/jobs.yaml"
            #expect(noted.errors.contains("note[interval-restart]: \(place):9:"))
            #expect(noted.errors.contains("note[meta-key]: \(place):17:"))
            #expect(noted.errors.hasSuffix("cronsupd: 1 job is disabled\n"))
            let refused = try run(scene, ["--check", "--strict", "--allow", "meta-key"])
            #expect(refused.status == .exited(code: 100))
            #expect(refused.errors.contains("error[interval-restart]: ") && refused.errors.contains("note[meta-key]: "))
            #expect(refused.errors.hasSuffix("accept them with --allow interval-restart\n"))
            let allowed = try run(scene, ["--once", "--strict", "--allow", "meta-key", "--allow=interval-restart"])
            #expect(allowed.status == .exited(code: 0) && allowed.output.hasSuffix("1 job, and 1 disabled\n"))
            let unknown = try run(scene, ["--check", "--strict", "--allow", "interval-restrat"])
            #expect(unknown.status == .exited(code: 100))
            #expect(
                unknown.errors == "cronsupd: --allow: no note 'interval-restrat'; did you mean 'interval-restart'?\n")
        }
    }

    @Test(
        "an option that has one value is not taken twice",
        arguments: [
            (["--registry", "a", "--registry", "b"], "--registry"),
            (["--registry=a", "--registry", "b"], "--registry"),
            (["--once", "--once", "--slots", "1", "--slots=2"], "--slots"),
        ])
    func repeated(arguments: [String], name: String) throws {
        try Scene.play { scene in
            let finished = try scene.run(arguments)
            #expect(finished.status == .exited(code: 100))
            #expect(finished.errors == "cronsupd: \(name) is given more than once; expected one value\n")
        }
    }

    private static let elsewhere = """
        version: "1.0"
        namespace: test
        entries:
          - name: job
            kind: function.exec
            command: [no-such-program]
            working_directory: /no/such/directory
            user: no-such-user
            group: no-such-group
            environment_file: /no/such/file
            limits: {cpu: 0.5}
            meta: {type: cron.job, schedule: "@daily", timezone: Mars/Olympus_Mons}
          - name: own
            kind: function.swift
            source: file:///no/such/worker
            method: x
            meta: {type: cron.job, interval: 1s}
          - name: lua
            kind: function.lua
            source: file:///no/such/file.lua
            method: x
            meta: {type: cron.job, interval: 1s}
          - name: here
            kind: function.lua
            source: file://jobs.lua
            method: run
            environment_file: here.env
            meta: {type: cron.job, interval: 1s}
          - {name: cron, kind: cron.crontab, source: file:///no/such/crontab, format: system}
          - {name: tab, kind: cron.crontab, source: file://tab, format: user, user: no-such-user}
        """

    @Test("--check --offline asks nothing of the machine, and finds what is wrong in the registry all the same")
    func offline() throws {
        try Scene.play { scene in
            try scene.add("return { run = function() end }\n", as: "jobs.lua")
            try scene.add("A=1\n", as: "here.env")
            try scene.add("@daily no-such-program\n", as: "tab")
            try scene.write(Self.elsewhere)
            if geteuid() == 0 { chown("\(scene.registry)/jobs.lua", 12_345, 12_345) }
            let arguments = ["--registry", scene.registry, "--worker", Binaries.worker, "--check"]
            #expect(try scene.run(arguments).status == .exited(code: 100))
            let offline = try scene.run(arguments + ["--offline", "--strict"])
            #expect(offline.status == .exited(code: 0) && offline.errors == "", "\(offline.errors)")
            let json = try scene.run(arguments + ["--offline", "--json"])
            #expect(json.output == #"{"count":5,"disabled":0,"notes":[],"errors":[]}"# + "\n")
            try scene.add("A='\n", as: "here.env")
            try scene.add("return { rn = function() end }\n", as: "jobs.lua")
            let wrong = try scene.run(arguments + ["--offline"])
            #expect(wrong.status == .exited(code: 100))
            #expect(
                wrong.errors.contains("has no function 'run'") || wrong.errors.contains("here.env:1:"),
                "\(wrong.errors)")
        }
    }

    @Test(
        "wrong usage ends with 100",
        arguments: [
            ["--json"], ["--strict"], ["--check", "--allow", "no-job"], ["--once", "--check"], ["--log-format", "xml"],
            ["--args", "1"], ["--force"], ["--offline"], ["--run", "a:b", "--offline"], ["--run", "a:b", "--check"],
            ["--run", "a:b", "--once"],
            ["--log-level", "loud"],
            ["--stop-timeout", "10"], ["--no-such-option"], ["stray"],
        ])
    func usage(arguments: [String]) throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "one")])
            let finished = try run(scene, arguments)
            #expect(finished.status == .exited(code: 100))
            #expect(finished.output == "")
            #expect(finished.errors.contains("Usage: cronsupd") || finished.errors.contains("Error: "))
        }
    }

    @Test("--version and --help answer on the standard output", arguments: ["--version", "--help"])
    func answers(option: String) throws {
        try Scene.play { scene in
            let finished = try scene.run([option])
            #expect(finished.status == .exited(code: 0))
            #expect(finished.output.contains("cronsupd"))
            #expect(finished.errors == "")
            if option == "--help" {
                #expect(finished.output.contains("--at <moment>") && finished.output.contains("--run app:job.backup"))
            }
        }
    }

    @Test("the help of each program fits the screen, and names what is to be typed")
    func helpWidth() throws {
        try Scene.play { scene in
            let calls =
                [[Binaries.daemon], [Binaries.worker]]
                + [
                    [], ["next"], ["explain"], ["import"], ["registry"], ["registry", "find"], ["registry", "get"],
                    ["complete"],
                ]
                .map { [Binaries.control] + $0 }
            for call in calls {
                for (width, most) in [("100", 100), ("70", 70)] {
                    let finished = try scene.run(
                        ["COLUMNS=\(width)"] + call + ["--help"], program: "/usr/bin/env")
                    #expect(finished.status == .exited(code: 0))
                    let wide = finished.output.split(separator: "\n").filter { $0.count > most }
                    #expect(wide == [], "\(call) \(width)")
                    for name in ["<timezone>", "<from>", "<count>", "<registry>", "<at>", "<entry>"] {
                        #expect(!finished.output.contains(name), "\(call)")
                    }
                }
            }
        }
    }

    @Test("completions have files and values")
    func completions() throws {
        try Scene.play { scene in
            let bash = try scene.run(["--generate-completion-script", "bash"]).output
            let level = bash.split(separator: "\n").contains { $0.contains("trace") && $0.contains("critical") }
            #expect(level && bash.contains("compgen") && bash.contains("text"))
            let fish = try scene.run(["--generate-completion-script", "fish"]).output.split(separator: "\n")
            #expect(
                fish.contains {
                    $0.contains("-l 'registry'") && $0.contains("-rF") || $0.contains("registry") && $0.contains("-r")
                })
        }
    }

    @Test("a registry or a worker that is not there is named, with the call that failed")
    func missing() throws {
        try Scene.play { scene in
            let noRegistry = try scene.run(["--registry", scene.path("none"), "--worker", Binaries.faultWorker])
            #expect(noRegistry.status == .exited(code: 100))
            #expect(noRegistry.errors == "cronsupd: stat '\(scene.path("none"))': No such file or directory\n")
            try scene.declare([JobText(name: "one")])
            let noWorker = try scene.run(["--registry", scene.registry, "--worker", scene.path("none")])
            #expect(noWorker.status == .exited(code: 100))
            #expect(noWorker.errors == "cronsupd: execve '\(scene.path("none"))': No such file or directory\n")
        }
    }

    @Test("a worker's own command line refuses what it cannot serve")
    func worker() throws {
        try Scene.play { scene in
            let none = try scene.run([], program: Binaries.worker)
            #expect(none.status == .exited(code: 100))
            let entry = try scene.run(["shop:backup", "1s"], program: Binaries.worker)
            #expect(entry.status == .exited(code: 100) && entry.output == "")
            #expect(entry.errors.contains("run the entry with 'cronsupd --run shop:backup'"))
            let unknown = try scene.run(["nothing", "1s"], program: Binaries.worker)
            #expect(unknown.status == .exited(code: 100))
            #expect(unknown.errors.contains("no function 'nothing'"))
            let boot = try scene.run(["heartbeat", "@reboot"], program: Binaries.worker)
            #expect(boot.output.contains("\nbegin run=1 "))
            let catalog = try scene.run(["--catalog"], program: Binaries.worker)
            let names = ["heartbeat", "cleanup", "report", "backup"]
            #expect(catalog.output == "protocol 2\n" + names.map { "function \($0)\n" }.joined())
        }
    }
}
