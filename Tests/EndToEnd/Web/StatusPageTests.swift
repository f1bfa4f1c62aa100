import Glibc
import Kernel
import Testing

/// The page of a daemon with a ledger, by the programs that are installed.
@Suite("cronweb")
struct StatusPageTests {
    private static let ledger = ["--ledger", "required", "--fallback", "off"]

    private func start(_ scene: Scene) throws -> DaemonProcess {
        try scene.start(Self.ledger + ["--state-directory", scene.path("state")], worker: Binaries.worker)
    }

    @Test("shows failing jobs first, a job, its runs, and what a run wrote, as text")
    func pages() throws {
        try Scene.play { scene in
            try scene.declare([
                .shell("bad", "echo '<b>one</b>'; printf '\\033[31mred\\n'; exit 3", interval: "300ms"),
                .shell("good", "true", interval: "300ms"),
            ])
            let daemon = try start(scene)
            try daemon.wait(for: "TICK FAILED", count: 2)
            try daemon.wait(for: "TICK", entry: "test:good", count: 2)
            let web = try WebProcess(scene)
            try wait("the page has the jobs") { try web.get("/").body.contains("class=\"b ok") }
            let index = try web.get("/")
            #expect(index.status == 200 && index.head.contains("Content-Security-Policy: default-src 'self';"))
            let rows = index.body.split(separator: "<tr id=").dropFirst()
            #expect(rows.first?.hasPrefix("\"test:bad\" class=\"failing\"") ?? false, "\(index.body)")
            #expect(rows.last?.contains("class=\"b ok") ?? false, "\(index.body)")
            let job = try web.get("/jobs/test:bad")
            #expect(job.status == 200 && job.body.contains("class=\"b failed h") && job.body.contains(">exit 3"))
            #expect(try web.get("/jobs/test:none").status == 404 && web.get("/nothing").status == 404)
            let link = try #require(job.body.split(separator: "href=\"/runs/test:bad/1?at=").dropFirst().first)
            let run = try web.get("/runs/test:bad/1?at=\(link.prefix { $0.isNumber })")
            let output = "&lt;b&gt;one&lt;/b&gt;\n\\u{1B}[31mred"
            #expect(run.status == 200 && run.body.contains(">\(output)</pre>"), "\(run.body)")
            let found = try web.get("/runs/test:bad/1").body
            #expect(found.contains(output))
            #expect(try web.get("/runs/test:bad/100000").status == 404)
            let events = try web.get("/events")
            #expect(events.status == 200 && events.body.contains("<td>Scheduler started</td>"), "\(events.body)")
            let json = try web.get("/api/v1/jobs/test:good").body
            #expect(json.hasPrefix("{\"entry\":\"test:good\""))
            let written = try web.get("/api/v1/jobs/test:bad/runs/1/output").body
            #expect(written.contains("<b>one</b>"))
            #expect(try web.stop() == .exited(code: 0))
            _ = try daemon.stop()
        }
    }

    @Test("says that the daemon is not there, what was known of its jobs, and sees the next one")
    func withoutDaemon() throws {
        try Scene.play { scene in
            try scene.declare([.shell("one", "true", interval: "300ms")])
            let web = try WebProcess(scene)
            #expect(try web.get("/healthz").status == 200)
            let early = try web.get("/readyz")
            #expect(early.status == 503 && early.body.contains("no cronsupd is running for "), "\(early.body)")
            let absent = try web.get("/").body
            #expect(absent.contains("cronsupd is not there"))
            let daemon = try start(scene)
            try daemon.wait(for: "TICK")
            #expect(try web.get("/readyz").status == 200)
            let metrics = try web.get("/metrics")
            #expect(metrics.head.contains("Content-Type: text/plain; version=0.0.4"))
            #expect(metrics.body.contains("cronsupd_up 1\n") && metrics.body.contains("entry=\"test:one\""))
            let open = try web.get("/metrics", ["Host: localhost", "Accept: application/openmetrics-text"])
            #expect(open.body.hasSuffix("# EOF\n"), "\(open.body)")
            // A busy machine may need more time for its look than a page waits for it.
            try daemon.wait("the page has the job") {
                let index = try web.get("/").body
                return index.contains("id=\"test:one\"") && index.contains("id=\"fault\" role=\"alert\" hidden")
            }
            // One that does not answer holds up nobody.
            daemon.signal(SIGSTOP)
            let stuck = try web.get("/readyz")
            #expect(stuck.status == 503 && stuck.body.hasPrefix("cronsupd does not answer"), "\(stuck.body)")
            try daemon.wait("the page says that it is not there") {
                let page = try web.get("/").body
                return page.contains("cronsupd is not there") && page.contains("id=\"test:one\"")
            }
            daemon.signal(SIGCONT)
            try daemon.wait("the page is as before") { try web.get("/").body.contains("role=\"alert\" hidden") }
            _ = try daemon.stop()
            try daemon.wait("the page says so") {
                let body = try web.get("/").body
                return body.contains("cronsupd is not there") && body.contains("id=\"test:one\"")
            }
            #expect(try web.get("/readyz").status == 503)
            let without = try web.get("/metrics")
            #expect(without.status == 200 && without.body.contains("cronsupd_up 0\n"), "\(without.body)")
            _ = try web.stop()
        }
    }

    @Test("refuses each change without --actions, and with it those of other sites; other names and tokens too")
    func rights() throws {
        try Scene.play { scene in
            try scene.declare([.shell("one", "echo ran >> \(scene.ledger)", interval: "1h")])
            let daemon = try start(scene)
            try daemon.wait(for: "Worker started")
            let readOnly = try WebProcess(scene)
            let paths =
                ["run", "pause", "resume", "cancel", "restart", "reset"].map { "/api/v1/jobs/test:one/\($0)" }
                + ["/api/v1/reload"]
            for path in paths { #expect(try readOnly.post(path).status == 403, "\(path)") }
            _ = try readOnly.stop()
            let web = try WebProcess(scene, ["--actions"])
            let foreign = ["Host: localhost", "Origin: http://evil.org", "Content-Type: application/json"]
            for path in paths { #expect(try web.post(path, foreign).status == 403, "\(path)") }
            #expect(try web.get("/", ["Host: evil.org"]).status == 421)
            #expect(TextFile.read(scene.ledger) == nil && daemon.log.count("Operator request") == 0)
            let run = try web.post("/api/v1/jobs/test:one/run")
            #expect(run.status == 200 && run.body.contains("\"answer\":\"started\""), "\(run.body)")
            try daemon.wait("the job ran") { TextFile.read(scene.ledger) == "ran\n" }
            #expect(try web.post("/api/v1/jobs/test:one/pause").status == 200)
            try daemon.wait("the page has the pause") {
                try web.get("/?show=paused").body.contains("<b aria-hidden=\"true\">‖</b> paused")
            }
            #expect(try web.post("/api/v1/jobs/test:one/resume").status == 200)
            #expect(try web.post("/api/v1/jobs/test:one/cancel").status == 409)
            #expect(try web.post("/api/v1/jobs/test:two/run").status == 404)
            #expect(try web.post("/api/v1/jobs/test:one/explode").status == 404)
            let reload = try web.post("/api/v1/reload").body
            #expect(reload.contains("\"unchanged\":1"))
            let actions = daemon.log.all("Operator request").compactMap { $0["action"] }
            #expect(actions == ["run", "pause", "resume", "reload"], "\(actions)")
            _ = try web.stop()
            _ = try daemon.stop()
        }
    }

    @Test("sends what changes as it does: the bar of a run that was killed")
    func events() throws {
        try Scene.play { scene in
            try scene.declare([.shell("one", "sleep 60", interval: "1h")])
            let daemon = try start(scene)
            try daemon.wait(for: "Worker started")
            #expect(try scene.control(["run", "test:one"]).status == .exited(code: 0))
            let web = try WebProcess(scene)
            try daemon.wait("the page has the run") { try web.get("/").body.contains("class=\"b going") }
            let body = try web.get("/").body
            #expect(body.contains("class=\"b going") && !body.contains("class=\"b failed"))
            let version = try #require(body.split(separator: "data-version=\"").dropFirst().first).prefix { $0 != "\"" }
            #expect(try scene.control(["kill", "test:one", "--signal", "KILL"]).status == .exited(code: 0))
            let news = try web.follow("/api/v1/events?after=\(version)") {
                $0.contains("class=\\\"b failed") || $0.contains("class=\\\"b crashed")
            }
            #expect(news.head.contains("Content-Type: text/event-stream") && news.body.contains("event: job\n"))
            #expect(news.body.contains("event: board\ndata: {\"all\":1,"))
            // Who connects again is sent what it has not seen, and what another process has numbered is no number of this one's.
            let ids = news.body.split(separator: "\n").filter { $0.hasPrefix("id: ") }
            let last = try #require(ids.last).dropFirst(4)
            let again = try web.follow("/api/v1/events", ["Last-Event-ID: \(last)"]) { $0.contains("event: board") }
            #expect(!again.body.contains("event: job"), "\(again.body)")
            let other = try web.follow("/api/v1/events", ["Last-Event-ID: x-99"]) { $0.contains("event: board") }
            #expect(other.body.contains("event: job"), "\(other.body)")
            _ = try web.stop()
            _ = try daemon.stop()
        }
    }

    @Test("with a token shows nothing without it, and lets nobody guess")
    func token() throws {
        try Scene.play { scene in
            try scene.declare([.shell("one", "true", interval: "1h")])
            let daemon = try start(scene)
            try daemon.wait(for: "Worker started")
            try TextFile.write("0123456789abcdef0123\n", to: scene.path("token"))
            let web = try WebProcess(scene, ["--token-file", scene.path("token")])
            let first = try web.get("/")
            #expect(first.status == 401 && first.body.contains("name=\"token\"") && !first.body.contains("test:one"))
            #expect(try web.get("/api/v1/events").status == 401 && web.get("/healthz").status == 200)
            let form = ["Host: localhost", "Origin: http://localhost"]
            let login = try web.post("/login", form, body: "token=0123456789abcdef0123")
            #expect(login.status == 303 && login.head.contains("HttpOnly; SameSite=Strict"), "\(login.head)")
            let cookie = "Cookie: cronweb=0123456789abcdef0123"
            try daemon.wait("the page has the job") {
                try web.get("/", ["Host: localhost", cookie]).body.contains("test:one")
            }
            for _ in 0..<5 { #expect(try web.post("/login", form, body: "token=wrong").status == 401) }
            #expect(try web.get("/", ["Host: localhost", cookie]).status == 429)
            _ = try web.stop()
            _ = try daemon.stop()
        }
    }

    @Test("says what is wrong with its command line")
    func commandLine() throws {
        try Scene.play { scene in
            try TextFile.write("short\n", to: scene.path("token"))
            for (arguments, words) in [
                (
                    ["--listen", "0.0.0.0:0"],
                    "--listen 0.0.0.0:0 needs --token-file; or listen on a Unix socket behind a proxy"
                ),
                (["--listen", "localhost:80"], "--listen localhost:80: expected an address in numbers and a port"),
                (["--listen", "unix:"], "expected unix: and the path of a socket"),
                (["--token-file", scene.path("token")], "expected a line of at least 16 characters"),
                (["--listen", "127.0.0.1:0", "--listen", "127.0.0.1:0"], "--listen is given more than once"),
            ] {
                let finished = try scene.run(arguments, program: Binaries.web)
                #expect(finished.status == .exited(code: 100) && finished.errors.contains(words), "\(finished.errors)")
            }
        }
    }
}
