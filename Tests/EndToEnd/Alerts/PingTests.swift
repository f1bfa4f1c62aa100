import Glibc
import Kernel
import Testing
import Values

@Suite("Pings of runs", .enabled(if: WebServer.isThere, "needs /usr/bin/python3 and /usr/bin/curl"))
struct PingTests {
    private func registry(_ entries: String) -> String { "version: \"1.0\"\nnamespace: test\nentries:\n" + entries }

    @Test("say that each slot's run begins and how it ends, in one order, with one rid and what it has written")
    func events() throws {
        try Scene.play { scene in
            let server = try WebServer(scene)
            try scene.write(
                registry(
                    """
                      - {name: well, kind: function.exec, command: 'echo "say \\"hi\\""; echo äß', ping: "http://127.0.0.1:\(server.port)/well/",
                         meta: {type: cron.job, schedule: '@reboot', at_start: true}}
                      - {name: code, kind: function.exec, command: 'echo broken; exit 3', ping: "http://127.0.0.1:\(server.port)/code?create=1",
                         meta: {type: cron.job, schedule: '@reboot', at_start: true}}
                      - {name: fail, kind: function.exec, command: 'kill -9 $$', ping: "http://127.0.0.1:\(server.port)/fail",
                         meta: {type: cron.job, schedule: '@reboot', at_start: true}}
                      - {name: named, kind: function.exec, command: 'true', environment: {KEY: secret},
                         ping: {url: "http://127.0.0.1:\(server.port)/${KEY}/${CRONSUPD_SLUG}", events: [success]},
                         meta: {type: cron.job, schedule: '@reboot', at_start: true}}
                    """))
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait("all are told") { server.requests.count >= 7 }
            func told(_ name: String) -> [WebServer.Request] {
                server.requests.filter { $0.path.hasPrefix("/\(name)") }
            }
            #expect(told("well").map(\.place) == ["/well/start", "/well/"])
            #expect(told("code").map(\.place) == ["/code/start", "/code/3"])
            #expect(told("code").allSatisfy { $0.path.contains("?create=1&rid=") })
            #expect(told("fail").map(\.place) == ["/fail/start", "/fail/fail"])
            #expect(told("secret").map(\.place) == ["/secret/test-named"])
            for name in ["well", "code", "fail"] {
                let ids = told(name).map(\.rid)
                #expect(ids.first == ids.last && ids.first??.count == 36, "\(ids)")
            }
            #expect(told("well").last?.body == "say \"hi\"\näß\n")
            #expect(told("code").last?.body == "broken\n")
            #expect(told("well").first?.method == "GET" && told("well").last?.method == "POST")
            #expect(try daemon.stop() == .exited(code: 0))
            let log = TextFile.read(scene.path("log-1")) ?? ""
            #expect(!log.contains("127.0.0.1") && !log.contains("/well") && !log.contains("secret"))
        }
    }

    // Check 29 of the design: the service is down.
    @Test("that cannot be sent are tried three times in their order, told once, and hold up no job")
    func down() throws {
        try Scene.play { scene in
            let first = try WebServer(scene)
            try first.stop()
            try scene.write(
                registry(
                    """
                      - {name: job, kind: function.exec, command: 'true', ping: "http://127.0.0.1:\(first.port)/job",
                         meta: {type: cron.job, interval: 200ms}}

                    """))
            try scene.write(
                """
                namespace: cronsupd
                entries:
                  - {name: ping, kind: function.swift, source: cronnotify, method: ping,
                     retry: {max_attempts: 3, initial_delay: 300ms, backoff_factor: 1, jitter: 0}}
                """, in: "ping.yaml")
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "Ping failed", count: 2)
            let failed = daemon.log.all("TICK FAILED", entry: "cronsupd:ping").prefix(6)
            #expect(failed.map { $0.number("attempt") } == [1, 2, 3, 1, 2, 3])
            #expect(failed.allSatisfy { $0["level"] == "INFO" })
            let told = try #require(daemon.log.all("Ping failed").first)
            #expect(told.entry == "test:job" && told["event"] == "start" && told["level"] == "WARN")
            #expect(told["error"]?.contains("connect") == true)
            let ticks = daemon.log.all("TICK", entry: "test:job")
            #expect(ticks.count > 5 && ticks.allSatisfy { $0.number("lateness_us") < 150_000 })
            let second = try WebServer(scene, port: first.port)
            try daemon.wait("the rest is told") { second.requests.count >= 6 }
            let places = second.requests.map(\.place)
            #expect(zip(places, places.dropFirst()).allSatisfy { $0 != $1 }, "\(places)")
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }
}
