import Clocks
import Foundation
import Glibc
import Kernel
import LedgerStore
import Model
import SQLiteStore
import Testing

@Suite("cronsupctl metrics")
struct MetricsCommandTests {
    private static let python = "/usr/bin/env"
    private static let hasPython = ["/usr/bin", "/usr/local/bin", "/root/.pyenv/shims"].contains { place in
        access("\(place)/python3", X_OK) == 0
    }
    private static let jobs = [
        JobText.shell("good", "true", interval: "100ms"), JobText.shell("bad", "exit 3", interval: "150ms"),
        JobText.shell("slow", "sleep 0.25", interval: "100ms"),
        JobText.shell("long", "sleep 60", interval: "300ms", data: ["timeout": "100ms"]),
    ]

    /// Of the strict parser.
    private func parse(_ scene: Scene, _ arguments: [String]) throws -> Scene.Finished {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Prometheus/exposition.py").path
        return try scene.run(["python3", script] + arguments, program: Self.python)
    }

    private func file(_ scene: Scene, _ name: String, _ more: [String] = []) throws -> String {
        let path = scene.path(name)
        let finished = try scene.control(["metrics", "--output", path] + more)
        #expect(finished.status == .exited(code: 0) && finished.output.isEmpty, "\(finished.errors)")
        return path
    }

    @Test("passes a strict parser of both formats, whatever users write", .enabled(if: hasPython, "needs python3"))
    func formats() throws {
        try Scene.play { scene in
            let group = ["concurrency": #"{group: 'a "b" \ {}=,# é', max: 1}"#]
            try scene.declare(Self.jobs + [JobText.shell("odd", "true", interval: "100ms", data: group)])
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "TICK", entry: "test:odd")
            for format in ["text", "openmetrics"] {
                let path = try file(scene, "metrics", ["--format", format, "--label", "site=x"])
                let parsed = try parse(scene, [format, path])
                #expect(parsed.status == .exited(code: 0), "\(parsed.errors)")
                #expect(try FileSystem.names(in: scene.directory).filter { $0.hasPrefix("metrics") } == ["metrics"])
                let text = try #require(TextFile.read(path))
                #expect(text.contains(#"group="a \"b\" \\ {}=,# é",site="x"} 1"#), "\(text)")
            }
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test(
        "has counters that go on over a kill of the daemon, with and without a ledger",
        .enabled(if: hasPython, "needs python3"), arguments: ["off", "required"])
    func monotonic(ledger: String) throws {
        try Scene.play { scene in
            try scene.declare(Self.jobs)
            let options = ["--ledger", ledger, "--state-directory", scene.path("state")]
            var files: [String] = []
            for life in 0..<4 {
                let daemon = try scene.start(options, worker: Binaries.worker)
                try daemon.wait(for: "TICK FAILED", entry: "test:bad")
                try daemon.wait(for: "TICK", entry: "test:good")
                files.append(try file(scene, "\(life)-first.prom"))
                try daemon.wait(for: "TICK FAILED", entry: "test:bad", count: 3)
                if life == 1 { #expect(try scene.control(["reload"]).status == .exited(code: 0)) }
                files.append(try file(scene, "\(life)-last.prom"))
                if life == 2 { _ = try daemon.stop() } else { daemon.signal(SIGKILL) }
                _ = try daemon.waitForExit()
            }
            let compared = try parse(scene, ["monotonic"] + files)
            #expect(compared.status == .exited(code: 0), "\(compared.errors)")
            let last = try #require(TextFile.read(files[7]))
            #expect(last.contains("cronsupd_reloads_total{result=\"ok\"} 1\n"))
            #expect(last.contains("cronsupd_ledger_up 1\n") == (ledger == "required"))
        }
    }

    @Test("sums slots up as the ledger and the log do", .enabled(if: hasPython, "needs python3"))
    func sums() throws {
        try Scene.play { scene in
            try scene.declare(Self.jobs)
            let options = ["--ledger", "required", "--state-directory", scene.path("state"), "--stop-timeout", "100ms"]
            let first = try scene.start(options, worker: Binaries.worker)
            try first.wait(for: "TICK SKIPPED", entry: "test:slow")
            try first.wait(for: "TICK TIMEOUT", entry: "test:long")
            first.signal(SIGKILL)
            _ = try first.waitForExit()
            let second = try scene.start(options, worker: Binaries.worker)
            try second.wait(for: "TICK FAILED", count: 3)
            // Nothing has an outcome any more.
            #expect(try scene.control(["pause", "--all"]).status == .exited(code: 0))
            try second.wait("no run is going") {
                try scene.control(["status", "--running", "--no-headers"]).output.isEmpty
            }
            let metrics = try counts(scene, try file(scene, "metrics.prom"))
            #expect(
                metrics["ok", default: 0] > 0 && metrics["failed", default: 0] >= 3
                    && metrics["timeout", default: 0] > 0)
            #expect(metrics["skipped", default: 0] > 0)
            var log: [String: Int] = [:]
            for record in first.log.update() + second.log.update() where record.message.hasPrefix("TICK") {
                log[record["outcome"] ?? "", default: 0] += max(1, record.number("count"))
            }
            #expect(metrics == log)
            try second.wait("the ledger has the same: \(metrics)") { try tally(scene) == metrics }
            _ = try second.stop()
        }
    }

    private func counts(_ scene: Scene, _ path: String) throws -> [String: Int] {
        let finished = try parse(scene, ["sums", path])
        #expect(finished.status == .exited(code: 0), "\(finished.errors)")
        let sums = try JSONSerialization.jsonObject(with: Data(finished.output.utf8)) as? [String: Int]
        return try #require(sums).filter { $0.value > 0 }
    }

    private func tally(_ scene: Scene) throws -> [String: Int] {
        let key = try #require(try FileSystem.names(in: scene.path("state")).first)
        let reader = try SQLiteReader("\(scene.path("state"))/\(key)/ledger.db", tails: SharedTails())
        let rows = try reader.sums(of: nil, from: WallInstant(seconds: 0), to: WallInstant(seconds: 4_000_000_000))
        return Outcome.allCases.reduce(into: [:]) { sums, outcome in
            let count = rows.reduce(0) { $0 + $1.slots[outcome] }
            if count > 0 { sums[outcome.rawValue] = Int(count) }
        }
    }

    @Test("says where there is no daemon that there is none, and leaves nothing of before in the file")
    func nobody() throws {
        try Scene.play { scene in
            try scene.declare([JobText.shell("one", "true", interval: "1h")])
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "Worker started")
            let path = try file(scene, "metrics.prom")
            #expect(TextFile.read(path)?.contains("cronsupd_up 1\n") == true)
            chmod(path, 0o600)
            // A link is followed.
            symlink(path, scene.path("link.prom"))
            _ = try file(scene, "link.prom")
            var status = stat()
            #expect(lstat(path, &status) == 0 && status.st_mode & 0o7777 == 0o644)
            daemon.signal(SIGKILL)
            _ = try daemon.waitForExit()
            let gone = try scene.control(["metrics", "--output", path])
            #expect(gone.status == .exited(code: 3) && gone.errors.hasPrefix("cronsupctl: no cronsupd is running"))
            let text = try #require(TextFile.read(path))
            #expect(text.hasSuffix("\ncronsupd_up 0\n") && !text.contains("entry="), "\(text)")
            #expect(try scene.control(["metrics"]).output == text)
            // What is wrong on the command line changes nothing.
            for wrong in [["--metrics-jobs", "-1"], ["--label", "entry=x"], ["--label", "a=b", "--label", "a=c"]] {
                #expect(try scene.control(["metrics", "--output", path] + wrong).status == .exited(code: 100))
            }
            #expect(TextFile.read(path) == text)
            for place in ["/dev/null", scene.directory, scene.path("none/metrics.prom")] {
                #expect(try scene.control(["metrics", "--output", place]).status == .exited(code: 111), "\(place)")
            }
            #expect(
                access("/dev/null", W_OK) == 0 && lstat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR
            )
        }
    }

    @Test("says whether the ledger works, and what it has done, also of one before it")
    func ledger() throws {
        try Scene.play { scene in
            try scene.declare([JobText.shell("one", "true", interval: "100ms")])
            let daemon = try scene.start(
                ["--ledger", "required", "--state-directory", scene.path("state")], worker: Binaries.worker)
            func value(_ name: String) throws -> Int? {
                let line = try scene.control(["metrics"]).output.split(separator: "\n").first {
                    $0.hasPrefix("\(name) ")
                }
                return line?.split(separator: " ").last.flatMap { Int($0) }
            }
            try daemon.wait("it has committed") { try value("cronsupd_ledger_commits_total") ?? 0 > 1 }
            #expect(try value("cronsupd_ledger_up") == 1 && value("cronsupd_ledger_journal_limit_bytes") ?? 0 > 0)
            #expect(try value("cronsupd_ledger_size_bytes") ?? 0 > 0 && value("cronsupd_ledger_errors_total") == 0)
            let before = try value("cronsupd_ledger_commits_total") ?? .max
            let ledger = try #require(
                Proc.children(of: daemon.pid).first { TextFile.read("/proc/\($0)/comm") == "cronledger\n" })
            Glibc.kill(ledger, SIGSTOP)
            try daemon.wait("records wait") {
                try scene.control(["metrics"]).output.contains(/cronsupd_ledger_lag_seconds [2-9]/)
            }
            Glibc.kill(ledger, SIGKILL)
            try daemon.wait("it is gone") { try value("cronsupd_ledger_up") == 0 }
            try daemon.wait("the next one works") { try value("cronsupd_ledger_up") == 1 }
            #expect(try value("cronsupd_ledger_commits_total") ?? 0 >= before)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("is not ready where it is stopped, as ping says")
    func ping() throws {
        try Scene.play { scene in
            try scene.declare([JobText.shell("long", "sleep 60", interval: "100ms")])
            let daemon = try scene.start(["--stop-timeout", "60s"], worker: Binaries.worker)
            try daemon.wait("a run is going") {
                try scene.control(["status", "--running", "--no-headers"]).output.contains("test:long")
            }
            #expect(try scene.control(["ping"]).status == .exited(code: 0))
            daemon.signal(SIGTERM)
            try daemon.wait(for: "Waiting for runs")
            let ping = try scene.control(["ping"])
            #expect(ping.status == .exited(code: 3) && ping.errors == "cronsupctl: cronsupd stops\n", "\(ping.errors)")
            #expect(try scene.control(["metrics"]).output.contains("\ncronsupd_ready 0\n"))
            daemon.signal(SIGTERM)
            _ = try daemon.waitForExit()
        }
    }
}
