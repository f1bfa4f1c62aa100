import Kernel
import Testing

/// In a terminal that script(1) makes.
@Suite("On a terminal", .enabled(if: FileSystem.isExecutable("/usr/bin/script"), "needs script(1)"))
struct TerminalTests {
    /// What the terminal shows. `variables`: of the shell, before the command.
    private func run(_ scene: Scene, _ command: String, _ variables: String = "") throws -> String {
        let setup = "unset NO_COLOR COLUMNS; export TERM=xterm TZ=Asia/Kolkata \(variables); stty cols 60"
        let finished = try scene.run(["-qec", "\(setup); \(command)", "/dev/null"], program: "/usr/bin/script")
        return finished.output
    }

    private func daemon(_ scene: Scene, _ options: String = "") -> String {
        "\(Binaries.daemon) --registry \(scene.registry) --worker \(Binaries.worker) --ledger off \(options)"
    }

    /// A job that fails, and one that stops its daemon after that.
    private static let jobs = """
        namespace: test
        entries:
        - {name: a-job-with-a-name-that-is-longer-than-others, kind: function.exec, command: exit 3,
           meta: {type: cron.job, interval: 1h, at_start: true}}
        - name: last
          kind: function.exec
          command: 'kill -TERM "$(awk "/^PPid:/ {print \\$2}" /proc/$PPID/status)"'
          meta: {type: cron.job, interval: 1s}

        """

    @Test("a table is as wide as that is")
    func width() throws {
        try Scene.play { scene in
            try scene.write(Self.jobs)
            let shown = try run(scene, daemon(scene, "--once --offline"))
            let lines = shown.split(whereSeparator: \.isNewline)
            #expect(lines.first?.hasPrefix("NEXT") == true && lines.contains { $0.hasSuffix("…") || $0.contains("… ") })
            #expect(lines.allSatisfy { $0.count <= 60 }, "\(shown)")
            let wide = try run(scene, daemon(scene, "--once --offline --wide"))
            #expect(wide.contains("a-job-with-a-name-that-is-longer-than-others"))
        }
    }

    @Test("the log has colours and local time, unless somebody does not want them")
    func colours() throws {
        try Scene.play { scene in
            try scene.write(Self.jobs)
            let log = daemon(scene, "--runtime-directory \(scene.runtime)")
            let shown = try run(scene, log)
            #expect(shown.contains("\u{1B}[31mERROR TICK FAILED"), "\(shown)")
            #expect(shown.contains("+05:30 "))
            for plain in [try run(scene, log, "NO_COLOR=1"), try run(scene, log + " --color never")] {
                #expect(plain.contains("TICK FAILED") && !plain.contains("\u{1B}["), "\(plain)")
            }
            let file = scene.path("log")
            _ = try run(scene, log + " > \(file)")
            let text = TextFile.read(file) ?? ""
            #expect(text.contains("Z ERROR TICK FAILED") && !text.contains("\u{1B}["), "\(text)")
        }
    }
}
