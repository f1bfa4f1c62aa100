import Foundation
import Glibc
import Kernel

/// Where the examples of one page are run: a directory with the page's files, and programs that stand in for those of a machine.
struct DocumentStage {
    let scene: Scene
    /// The texts of the page's registries.
    let registries: [String]
    /// Where the page's files are.
    var directory: String { scene.path("page") }

    /// Files that pages speak of and do not show.
    private static let files: [String: String] = [
        "etc/cronsupd/jobs.yaml": jobs, "etc/crontab": "5 4 * * * echo a\n",
        "etc/cron.d/echo": "@daily echo b\n",
        "var/spool/cron/crontabs/root": "5 5 * * * echo c\n", "page/jobs.yaml": jobs, "page/jobs/jobs.yaml": jobs,
        "page/broken.yaml": broken, "page/digest.lua": "return { handler = function() end }\n",
    ]

    private static let jobs = """
        version: "1.0"
        namespace: app
        entries:
          - name: job.dump
            kind: function.exec
            command: [echo, dumped]
            meta:
              type: cron.job
              interval: "24h"

        """

    private static let broken = """
        version: "1.0"
        namespace: app
        entries:

          - name: job.one
            kind: function.exec
            command: [echo, one]
            meta:
              type: cron.job
              interval: "1"

          - name: job.two
            kind: function.exec
            command: [echo, two]
            lifecycle:
              stop_timout: 5s
            meta: {type: cron.job, interval: "1s"}

        """

    init(_ scene: Scene, _ blocks: [DocumentBlock]) throws {
        self.scene = scene
        registries = blocks.filter { $0.language == "yaml" }.map(\.text)
        for (name, text) in Self.files { try add(text, name) }
        for block in blocks where block.language != "swift" {
            if let file = block.file { try add(block.text, "page/\(file)") }
        }
        for (name, text) in programs { try add("#!/bin/sh\n\(text)\n", "bin/\(name)", mode: 0o700) }
        // A worker of one's own, as far as it is asked.
        for name in [".build/debug/own-worker", "opt/jobs/libexec/worker"] { try add(ownWorker, name, mode: 0o700) }
        symlink("\(DocumentBlock.root)/Examples", "\(directory)/Examples")
    }

    private func add(_ text: String, _ name: String, mode: mode_t = 0o600) throws {
        let path = scene.path(name)
        try FileSystem.createDirectories(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]))
        try TextFile.write(text, to: path)
        chmod(path, mode)
    }

    private var ownWorker: String {
        let names = ["primes", "census", "sieve", "freshness", "heartbeat", "cleanup", "report", "backup"]
        return "#!/bin/sh\necho protocol 2\n" + names.map { "echo function \($0)\n" }.joined()
    }

    /// The machine's paths are those of the scene. What would run on and on is checked instead.
    private var programs: [String: String] {
        let paths = """
            checked=--check
            for argument do
              shift
              case $argument in
                /etc/*|/var/*) argument=\(scene.directory)$argument ;;
                --once|--check|--run|--version|--help) checked= ;;
              esac
              set -- "$@" "$argument"
            done
            """
        return [
            "cronsupd": "\(paths)\nexec \(Binaries.daemon) \"$@\" $checked",
            "cronsupctl": "\(paths)\nexec \(Binaries.control) \"$@\"",
            "cronworker": "exec \(Binaries.worker) \"$@\"",
            "crontab": "echo '30 2 * * mon-fri echo hello'",
            "jq": "cat >/dev/null",
            "make": "PATH=$MACHINE_PATH exec make -n -C \(DocumentBlock.root) \"$@\" >/dev/null",
            "sudo": "exec \"$@\"", "systemctl": ":",
        ]
    }

    /// Both outputs of a script together, in the page's directory.
    func run(_ script: String) throws -> (status: ExitStatus?, output: String) {
        try TextFile.write(script, to: scene.path("script"))
        let path = "PATH=\(scene.path("bin")):$PATH"
        let finished = try scene.run(
            [
                "-c",
                "cd \(directory) && export MACHINE_PATH=\"$PATH\" \(path) && exec sh -eu \(scene.path("script")) 2>&1",
            ],
            program: "/bin/sh")
        return (finished.status, finished.output + finished.errors)
    }

    /// What the check says of a registry; empty: it is right. `worker`: another than `cronworker`.
    func check(_ registry: String, worker: String? = nil) throws -> String {
        let name = "page/example.yaml"
        try add(registry.replacingOccurrences(of: "file:///opt/", with: "file://\(scene.directory)/opt/"), name)
        let finished = try scene.run(
            ["--check", "--registry", scene.path(name), "--worker", worker ?? Binaries.worker])
        return finished.status == .exited(code: 0) ? "" : finished.errors + "\(finished.status as Any)"
    }

    var worker: String { scene.path("opt/jobs/libexec/worker") }
}
