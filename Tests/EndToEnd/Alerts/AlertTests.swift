import Glibc
import Kernel
import Testing
import Values

@Suite("Alerts", .enabled(if: WebServer.isThere, "needs /usr/bin/python3 and /usr/bin/curl"))
struct AlertTests {
    /// Fails with quotes, newlines and 10 kB of output.
    private static let failing =
        "command: 'seq -f \"line %g \\\"quoted\\\" ä <&> \\\\\" 400; exit 3', meta: {type: cron.job, schedule: '@reboot', at_start: true}"

    private func play(_ entries: String, _ body: (Scene, DaemonProcess, WebServer) throws -> Void) throws {
        try Scene.play { scene in
            let server = try WebServer(scene)
            try scene.write(
                "version: \"1.0\"\nnamespace: test\nentries:\n"
                    + entries.replacing("URL", with: "http://127.0.0.1:\(server.port)").replacing(
                        "FILE", with: scene.ledger))
            try body(scene, try scene.start(worker: Binaries.worker), server)
        }
    }

    private func json(_ text: String?) throws -> Value { try JSONCoding.value(from: Array((text ?? "").utf8)) }

    @Test("by webhook are the whole event as JSON, signed")
    func webhook() throws {
        try play(
            """
              - {name: job, kind: function.exec, on_failure: 'test:hook', \(Self.failing)}
              - {name: hook, kind: function.swift, source: cronnotify, method: webhook, url: 'URL/in', hmac: '${KEY}',
                 environment: {KEY: s3cret}, headers: {Authorization: 'Bearer ${KEY}'}}

            """
        ) { scene, daemon, server in
            try daemon.wait("it is told") { server.requests.count == 1 }
            let request = try #require(server.requests.first)
            let event = try json(request.body)
            #expect(event["event"] == .string("failure") && event["entry"] == .string("test:job"))
            #expect(event["code"] == .int(3) && event["failures"] == .int(1) && event["incident"] == .int(1))
            let output = try #require(event["output"]?.string)
            #expect(output.hasSuffix("line 400 \"quoted\" ä <&> \\\n") && output.utf8.count <= 2_048)
            #expect(event["registry"] == .string(scene.registry) && event["host"]?.string?.isEmpty == false)
            #expect(event["first_failure"]?.string?.hasSuffix("Z") == true && (event["duration_us"]?.int ?? 0) > 0)
            let message = try #require(event["message"]?.string)
            #expect(message.hasPrefix("test:job failed since ") && message.contains(": exit 3: line 400"))
            #expect(message.hasSuffix("See: cronsupctl output test:job 1"))
            #expect(request.headers["authorization"] == .string("Bearer s3cret"))
            let signature = request.headers["x-cronsupd-signature"]?.string ?? ""
            try TextFile.write(request.body, to: scene.path("body"))
            let check = try scene.run(
                ["dgst", "-sha256", "-hmac", "s3cret", scene.path("body")], program: "/usr/bin/openssl")
            #expect(signature.hasPrefix("sha256=") && check.output.contains(signature.dropFirst(7)))
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(TextFile.read(scene.path("log-1"))?.contains("s3cret") == false)
        }
    }

    @Test("to Slack and Teams are a text")
    func chat() throws {
        try play(
            """
              - {name: job, kind: function.exec, on_failure: 'test:slack', \(Self.failing)}
              - {name: other, kind: function.exec, on_failure: 'test:teams', \(Self.failing)}
              - {name: slack, kind: function.swift, source: cronnotify, method: slack, url: 'URL/slack'}
              - {name: teams, kind: function.swift, source: cronnotify, method: slack, format: teams, url: 'URL/teams'}

            """
        ) { _, daemon, server in
            try daemon.wait("both are told") { server.requests.count == 2 }
            let slack = try json(server.requests.first { $0.path == "/slack" }?.body)
            #expect(slack["text"]?.string?.hasPrefix("test:job failed since ") == true)
            #expect(slack["text"]?.string?.hasSuffix("line 400 \"quoted\" ä &lt;&amp;&gt; \\\n```") == true)
            let teams = try json(server.requests.first { $0.path == "/teams" }?.body)
            #expect(teams["type"] == .string("message"))
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("to a command are on its standard input and in a variable, whatever the run has written")
    func command() throws {
        try play(
            """
              - {name: job, kind: function.exec, on_failure: 'test:tell', \(Self.failing)}
              - {name: tell, kind: function.exec,
                 command: 'cat > FILE.stdin; printf %s "$CRONSUPD_EVENT_JSON" > FILE.json; printf %s "$CRONSUPD_EVENT_OUTPUT" > FILE.new; mv FILE.new FILE.output'}

            """
        ) { scene, daemon, _ in
            try daemon.wait("it is told") { FileSystem.exists(scene.ledger + ".output") }
            let event = try json(TextFile.read(scene.ledger + ".stdin"))
            #expect(try event == json(TextFile.read(scene.ledger + ".json")))
            #expect(event["event"] == .string("failure"))
            // A shell's variable keeps the newlines within.
            #expect(event["output"]?.string == TextFile.read(scene.ledger + ".output"))
            #expect(event["output"]?.string?.hasSuffix("\\\n") == true)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("that fail are told once to whom their function names, in the job's history, and no further")
    func depth() throws {
        try play(
            """
              - {name: job, kind: function.exec, on_failure: 'test:broken', command: 'exit 3', meta: {type: cron.job, interval: 100ms}}
              - {name: other, kind: function.exec, on_success: 'test:broken', command: 'true', meta: {type: cron.job, interval: 300ms}}
              - {name: broken, kind: function.swift, source: cronnotify, method: webhook, url: 'http://127.0.0.1:1/in', on_failure: 'test:second',
                 retry: {max_attempts: 2, initial_delay: 50ms}}
              - {name: second, kind: function.exec, command: 'cat >> FILE; exit 1', on_failure: 'test:third'}
              - {name: third, kind: function.exec, command: 'cat >> FILE'}

            """
        ) { scene, daemon, _ in
            try daemon.wait(for: "Alert failed", entry: "test:job")
            try daemon.wait(for: "Alert failed", entry: "test:other", count: 3)
            try daemon.wait(for: "Alert failed", entry: "test:broken")
            #expect(try daemon.stop() == .exited(code: 0))
            let told = try (TextFile.read(scene.ledger) ?? "").split(separator: "\n").map { try json(String($0)) }
            #expect(told.map { $0["entry"] } == [.string("test:broken")])
            #expect(told.first?["failures"] == .int(1) && told.first?["error"]?.string?.contains("connect") == true)
            let failed = daemon.log.all("Alert failed", entry: "test:job")
            #expect(failed.count == 1 && failed.first?.number("attempt") == 2 && failed.first?["level"] == "WARN")
            #expect(daemon.log.count("Calling function", entry: "test:second") == 0)
        }
    }

    @Test("go over TLS to whom the entry trusts, also through a proxy, and to nobody else")
    func trust() throws {
        try Scene.play { scene in
            let made = try scene.run(
                [
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj",
                    "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout",
                    scene.path("key"),
                    "-out", "\(scene.registry)/ca.pem",
                ], program: "/usr/bin/openssl")
            #expect(made.status == .exited(code: 0), "\(made.errors)")
            let server = try WebServer(
                scene, certificate: "\(scene.registry)/ca.pem", key: scene.path("key"))
            let proxy = try WebServer(scene, "proxy", isProxy: true)
            let url = "https://localhost:\(server.port)"
            func hook(_ name: String, _ keys: String) -> String {
                "  - {name: \(name), kind: function.swift, source: cronnotify, method: webhook, url: '\(url)/\(name)', \(keys), retry: {max_attempts: 2, initial_delay: 10ms}}\n"
            }
            func job(_ name: String) -> String {
                "  - {name: j\(name), kind: function.exec, on_failure: 'test:\(name)', command: 'exit 1', meta: {type: cron.job, schedule: '@reboot', at_start: true}}\n"
            }
            try scene.write(
                "namespace: test\nentries:\n" + ["trusted", "proxied", "unknown"].map(job).joined()
                    + hook("trusted", "ca_file: ca.pem")
                    + hook("proxied", "ca_file: ca.pem, https_proxy: 'http://127.0.0.1:\(proxy.port)'")
                    + hook("unknown", "comment: none"))
            let daemon = try scene.start(worker: Binaries.worker, environment: ["no_proxy=", "NO_PROXY="])
            try daemon.wait("two are told") { server.requests.count == 2 }
            try daemon.wait(for: "Alert failed", entry: "test:junknown")
            #expect(daemon.log.all("Alert failed").first?["error"]?.contains("certificate") == true)
            #expect(Set(server.requests.map(\.path)) == ["/trusted", "/proxied"])
            #expect(proxy.requests.map(\.path) == ["localhost:\(server.port)"])
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test(
        "by e-mail come through the machine's sendmail",
        .enabled(
            if: geteuid() == 0 && Namespaces.areAvailable && FileSystem.isExecutable("/usr/bin/msmtp"),
            "needs msmtp, root, and the right to make namespaces"))
    func email() throws {
        try Scene.play { scene in
            let sink = try MailSink(scene)
            try TextFile.write(
                "account default\nhost 127.0.0.1\nport \(sink.port)\nfrom cron@example.org\ntls off\nauth off\n",
                to: scene.path(".msmtprc"))
            chmod(scene.path(".msmtprc"), 0o600)
            try scene.write(
                """
                namespace: test
                entries:
                  - {name: job, kind: function.exec, on_failure: 'test:mail', \(Self.failing)}
                  - {name: mail, kind: function.swift, source: cronnotify, method: email, to: [ops@example.org, dev@example.org]}

                """)
            // As Debian's package msmtp-mta has it.
            let script = "touch /usr/sbin/sendmail; mount --bind /usr/bin/msmtp /usr/sbin/sendmail"
            let daemon = try scene.start(
                worker: Binaries.worker, wrapper: Namespaces.withRun(script), environment: ["HOME=\(scene.directory)"])
            try daemon.wait("it is told") { !sink.messages.isEmpty }
            let message = try #require(sink.messages.first)
            #expect(message["from"]?.string?.contains("cron@example.org") == true)
            #expect(message["to"]?.list?.count == 2)
            let data = message["data"]?.string ?? ""
            #expect(
                data.contains("To: ops@example.org, dev@example.org") && data.contains("X-Cronsupd-Entry: test:job"))
            #expect(data.contains("line 400 \"quoted\" =C3=A4 <&> \\"))
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }
}

/// A server of SMTP on loopback that writes down what it takes.
private final class MailSink {
    private let file: String
    private let process: ChildProcess
    let port: Int

    init(_ scene: Scene) throws {
        file = scene.path("mail")
        process = try ChildProcess(
            [WebServer.python, "\(#filePath)".replacing("AlertTests.swift", with: "smtp.py"), file],
            environment: scene.environment, output: "/dev/null", errors: scene.path("mail-errors"))
        let path = "\(file).port"
        try wait("the server listens", evidence: TextFile.read(scene.path("mail-errors")) ?? "") {
            FileSystem.exists(path)
        }
        port = Int(TextFile.read(path) ?? "") ?? 0
    }

    var messages: [Value] {
        (TextFile.read(file) ?? "").split(separator: "\n").compactMap { try? JSONCoding.value(from: Array($0.utf8)) }
    }
}
