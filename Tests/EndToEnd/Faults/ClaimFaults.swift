import Clocks
import Glibc
import Kernel
import Testing

/// `claim: true`: no slot is begun that the ledger does not have on its disk, and none twice.
@Suite("A slot that is claimed")
struct ClaimFaults {
    private func job(_ scene: Scene, interval: String = "100ms") -> JobText {
        var job = JobText.shell(
            "job", "echo $CRONSUPD_SLOT $CRONSUPD_ATTEMPT >> \(scene.ledger)", interval: nil,
            data: ["claim": "true", "catch_up": "last"])
        job.meta = ["interval": interval, "align": "true"]
        return job
    }

    private func start(_ scene: Scene) throws -> DaemonProcess {
        try scene.start(
            ["--ledger", "required", "--state-directory", scene.path("state"), "--fallback", "off"],
            worker: Binaries.worker)
    }

    private func begun(_ scene: Scene) -> [Substring] { (TextFile.read(scene.ledger) ?? "").split(separator: "\n") }

    private func ledgerProcess(_ daemon: DaemonProcess) -> ProcessID? {
        daemon.log.all("Ledger started").last.map { ProcessID($0.number("pid")) }
    }

    private func kill(_ daemon: DaemonProcess) throws {
        daemon.signal(SIGKILL)
        _ = try daemon.waitForExit()
    }

    // MARK: F40

    @Test("is begun once at most, wherever daemon and ledger are killed, and over boots")
    func once() throws {
        try Scene.play { scene in
            // The next daemon begins before the next slot, and would make up for the last one.
            try scene.declare([job(scene, interval: "2s")])
            var random = SystemRandomNumberGenerator()
            for _ in 0..<LongTests.size(6, long: 200) {
                let before = begun(scene).count
                let daemon = try start(scene)
                try daemon.wait("a run has begun") { begun(scene).count > before }
                if Int.random(in: 1...3, using: &random) == 1, let ledger = ledgerProcess(daemon) {
                    Glibc.kill(ledger, SIGKILL)
                    let now = begun(scene).count
                    try daemon.wait("runs go on with the next ledger") { begun(scene).count > now }
                }
                // As after a boot: what is in memory is gone, and the ledger had no time for it.
                let isBoot = Bool.random(using: &random)
                if isBoot, let ledger = ledgerProcess(daemon) { Glibc.kill(ledger, SIGKILL) }
                try kill(daemon)
                guard isBoot else { continue }
                try wait("its worker and its ledger have gone", within: 20) { scene.cage.isEmpty }
                let place = try #require(daemon.log.all("Journal opened").first?["path"])
                for name in try FileSystem.names(in: place) { try FileSystem.remove("\(place)/\(name)") }
            }
            #expect(Set(begun(scene)).count == begun(scene).count, "\(begun(scene))")
            let last = try start(scene)
            try last.wait(for: "TICK")
            #expect(try last.stop() == .exited(code: 0))
            #expect(last.log.all("TICK MISSED").allSatisfy { $0["reason"] != "ledger" })
        }
    }

    @Test("is missed without a ledger, and a run by hand is refused")
    func withoutLedger() throws {
        try Scene.play { scene in
            try scene.declare([job(scene)])
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "TICK MISSED", count: 2)
            #expect(daemon.log.all("TICK MISSED").allSatisfy { $0["reason"] == "ledger" && $0.number("count") >= 1 })
            let refused = try scene.control(["run", "test:job"])
            #expect(refused.status == .exited(code: 1), "\(refused)")
            #expect(refused.errors.contains("'test:job' runs with a ledger alone (claim: true), and there is none"))
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(begun(scene).isEmpty)
        }
    }

    @Test("is missed when the ledger does not answer within 10 s, and is begun again when it does")
    func stoppedLedger() throws {
        try Scene.play { scene in
            try scene.declare([job(scene)])
            let daemon = try start(scene)
            try daemon.wait(for: "TICK")
            let ledger = try #require(ledgerProcess(daemon))
            Glibc.kill(ledger, SIGSTOP)
            try daemon.wait(for: "TICK MISSED")
            #expect(daemon.log.all("TICK MISSED").first?["reason"] == "ledger")
            let count = daemon.log.count("TICK")
            Glibc.kill(ledger, SIGCONT)
            try daemon.wait(for: "TICK", count: count + 2)
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(Set(begun(scene)).count == begun(scene).count)
        }
    }
}
