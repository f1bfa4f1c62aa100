import Clocks
import Testing

@testable import Daemon
@testable import Kernel

@Suite("A reload that leaves no job, on a played kernel")
struct EmptyReloadTests {
    private static let job =
        "- {name: one, kind: function.swift, method: heartbeat, meta: {type: cron.job, interval: 10s}}\n"
    private static let head = "namespace: app\nentries:\n"

    /// A daemon with a job, and then a registry without any.
    private func emptied(_ entries: String = "- {name: other, kind: test}\n") throws -> PlayedDaemon {
        let play = try PlayedDaemon(Self.head + Self.job)
        try play.daemon.turn()
        try play.declare(Self.head + entries)
        return play
    }

    private func reload(_ play: PlayedDaemon) throws {
        try play.turn(with: .hangUp)
        try play.finishReload()
    }

    private func isStopped(_ play: PlayedDaemon) throws -> Bool { try !play.records("Reloaded registry").isEmpty }

    @Test("is refused with what to do if it is meant, and done if it is asked for again within 60 s")
    func twice() throws {
        let play = try emptied()
        try reload(play)
        #expect(try play.records("\"Reload failed\" error=\"no job is left; to stop all, send SIGHUP twice").count == 1)
        #expect(try !isStopped(play) && play.daemon.desired.count == 1)
        play.kernel.now = play.kernel.now + .seconds(30)
        try reload(play)
        #expect(try isStopped(play) && play.daemon.desired.isEmpty)
        #expect(try play.records("Reloaded registry").first?.contains("level=WARN") == true)
    }

    @Test("forgets no file when it is refused: a broken one would be ignored later, and not an error")
    func forgetsNoFile() throws {
        let play = try emptied()
        let files = play.daemon.reloader.knownFiles
        try play.declare("namespace: app\nentries: []\n")
        try reload(play)
        #expect(try play.records("error=\"no job is left").count == 1)
        #expect(files.count == 1 && play.daemon.reloader.knownFiles == files)
        play.kernel.now = play.kernel.now + .seconds(30)
        try reload(play)
        #expect(try isStopped(play) && play.daemon.reloader.knownFiles.isEmpty)
    }

    @Test("is refused again if the second signal comes later")
    func late() throws {
        let play = try emptied()
        for _ in 0..<3 {
            try reload(play)
            play.kernel.now = play.kernel.now + .seconds(61)
        }
        #expect(try !isStopped(play))
        #expect(try play.records("error=\"no job is left").count == 3)
    }

    @Test("is done if the registry says that its jobs are disabled")
    func disabled() throws {
        let play = try emptied(Self.job.replacing("interval:", with: "enabled: false, interval:"))
        try reload(play)
        #expect(try isStopped(play) && play.records("disabled=1").count == 1)
    }

    @Test("is a warning at the start")
    func start() throws {
        let play = try PlayedDaemon(Self.head + "- {name: other, kind: test}\n")
        #expect(try play.records("Discovered jobs").first?.contains("level=WARN") == true)
    }
}
