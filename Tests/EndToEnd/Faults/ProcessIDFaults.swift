import Glibc
import Kernel
import Testing

@Suite("The number of a process that is gone", .enabled(if: ProcessNamespace.isAvailable, ProcessNamespace.need))
struct ProcessIDFaults {
    // MARK: F11

    @Test("may be a stranger's, whom no reload and no restart of the job concerns")
    func reload() throws {
        try Scene.play { scene in
            // In turn one that is killed as it sleeps and one that is killed in a run.
            func declare(_ round: Int) throws {
                let method = round % 2 == 0 ? "tick" : "hang"
                try scene.declare([
                    JobText(
                        name: "job", method: method, interval: round % 2 == 0 ? "1h" : "10ms",
                        data: ["ledger": scene.ledger, "round": "\(round)"], lifecycle: JobText.noRestart)
                ])
            }
            try declare(0)
            let namespace = try ProcessNamespace(scene)
            let daemon = namespace.creator
            let id = try namespace.daemon()
            for round in 1...LongTests.size(4, long: 200) {
                try daemon.wait(for: "Worker started", count: round)
                let worker = try daemon.worker("test:job")
                if round % 2 == 0 { try daemon.wait("it runs") { scene.ledgerRows().last?.pid == worker } }
                try namespace.signal(worker, SIGKILL)
                try daemon.wait(for: "Worker exited", count: round)
                try namespace.stranger(taking: worker)
                try declare(round)
                try namespace.signal(id, SIGHUP)
                try daemon.wait(for: "Worker started", count: round + 1)
                #expect(namespace.outside(worker).map { Proc.isAlive($0) } == true, "round \(round)")
                try namespace.signal(worker, SIGKILL)
            }
            try namespace.end()
        }
    }

    @Test("may be a stranger's, whom no stop concerns, neither the first signal nor the last means")
    func stop() throws {
        try Scene.play { scene in
            try scene.declare([
                JobText(name: "quick", interval: "1h"),
                JobText(name: "dead", interval: "1h", lifecycle: JobText.noRestart),
                JobText(name: "deaf", method: "hang", interval: "10ms", data: ["ledger": scene.ledger]),
            ])
            let namespace = try ProcessNamespace(scene, ["--stop-timeout", "2s"])
            let daemon = namespace.creator
            let id = try namespace.daemon()
            try daemon.wait("all are up") { daemon.workers.count == 3 && !scene.ledgerRows().isEmpty }
            let (quick, dead) = (try daemon.worker("test:quick"), try daemon.worker("test:dead"))
            try namespace.signal(dead, SIGKILL)
            try daemon.wait(for: "Worker exited")
            try namespace.stranger(taking: dead)
            try namespace.signal(id, SIGTERM)
            try daemon.wait(for: "Worker stopped", entry: "test:quick")
            try namespace.stranger(taking: quick)
            try daemon.wait(for: "Scheduler stopping")
            try daemon.wait("it is gone") { namespace.outside(id) == nil }
            #expect(daemon.log.count("Worker terminated") == 1 && daemon.log.count("Worker killed") == 1)
            for stranger in [quick, dead] {
                #expect(namespace.outside(stranger).map { Proc.isAlive($0) } == true)
            }
            try namespace.end()
        }
    }

    @Test("may have been that of a program that was asked for its functions and left its answer to somebody else")
    func question() throws {
        try Scene.play { scene in
            let (worker, file) = (scene.path("worker"), scene.path("asked"))
            func install(_ answer: String) throws {
                let script =
                    "#!/bin/sh\n[ \"$1\" = --catalog ] && { \(answer); exit; }\nexec \(Binaries.faultWorker) \"$@\"\n"
                try TextFile.write(script, to: "\(worker).new")
                chmod("\(worker).new", 0o700)
                try FileSystem.rename("\(worker).new", to: worker)
            }
            try install("\(Binaries.faultWorker) --catalog")
            try scene.declare([JobText(name: "job", interval: "1h")])
            let namespace = try ProcessNamespace(scene, worker: worker)
            let id = try namespace.daemon()
            try namespace.creator.wait(for: "Worker started")
            // The pipe stays open: somebody else in another session holds it.
            try install(
                "setsid sh -c '> \(file).apart; exec sleep 600' & while ! [ -e \(file).apart ]; do sleep 0.01; done; "
                    + "echo $$ > \(file).new; mv \(file).new \(file)")
            try namespace.signal(id, SIGHUP)
            try wait("it was asked") { TextFile.read(file) != nil }
            let asked = try #require(TextFile.read(file).flatMap { ProcessID($0.dropLast()) })
            try wait("it is gone") { namespace.outside(asked) == nil }
            try namespace.stranger(taking: asked)
            try namespace.creator.wait(for: "Reload failed")
            #expect(namespace.outside(asked).map { Proc.isAlive($0) } == true)
            try namespace.end()
        }
    }
}
