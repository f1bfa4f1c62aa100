import Clocks
import Crontabs
import Host
import Logging
import Model
import Registry
import TestSupport
import Testing

@testable import Daemon
@testable import Kernel

@Suite("A daemon that runs an earlier registry, on a played kernel")
struct RefusedStartTests {
    private static let head = "namespace: app\nentries:\n"
    private static let job =
        "- {name: one, kind: function.swift, method: heartbeat, meta: {type: cron.job, interval: 1h}}\n"
    private static let broken = head + "- {name: one, kind: function.none, meta: {type: cron.job}}\n"

    private func play() throws -> PlayedDaemon {
        let errors = load(Self.broken, path: "jobs.yaml").errors
        let play = try PlayedDaemon(Self.head + Self.job, refusal: errors)
        try play.daemon.turn()
        return play
    }

    private func pass(_ play: PlayedDaemon, _ text: String) throws {
        try play.declare(text)
        try play.setClock()
        play.kernel.now = play.kernel.now + .seconds(30)
        try play.daemon.turn()
        try play.finishReload()
    }

    // MARK: F60

    @Test(
        "tries the registry again each 30 s, says what is wrong when that is another thing, and runs it when it is right"
    )
    func retries() throws {
        let play = try play()
        #expect(try play.records("\"Registry refused\"").count == 1)
        let first = try play.records("\"Registry error\"").count
        try play.daemon.turn()
        #expect(play.kernel.lastWait.map { $0 <= 30_000 } == true)
        try pass(play, Self.head + "- {name: one, kind: function.other, meta: {type: cron.job}}\n")
        #expect(try play.records("\"Registry error\"").count > first && play.records("Reload failed").count == 1)
        let second = try play.records("\"Registry error\"").count
        for _ in 0..<3 {
            try pass(play, Self.head + "- {name: one, kind: function.other, meta: {type: cron.job}}\n")
        }
        #expect(try play.records("\"Registry error\"").count == second && play.records("Reload failed").count == 1)
        try pass(play, Self.head + Self.job)
        #expect(try play.records("Reloaded registry").count == 1 && play.daemon.refused == nil)
        try pass(play, Self.broken)
        #expect(try play.records("Reload failed").count == 1, "it is asked for no more")
    }

    @Test("does not try while it stops, nor takes its tries for the signals that a reload without a job needs")
    func empty() throws {
        let play = try play()
        for _ in 0..<3 { try pass(play, Self.head + "- {name: other, kind: test}\n") }
        #expect(try play.records("no job is left").count == 1 && play.daemon.desired.count == 1)
        try play.turn(with: .terminate)
        #expect(play.daemon.refusedDeadline == .distantFuture)
    }
}

@Suite("What is kept of a registry")
struct AcceptedRegistryTests {
    private static let sample: AcceptedRegistry = {
        var texts = SourceTexts()
        texts.add([1, 2, 0, 255], of: "/x/job.lua")
        let crontab = CrontabFile(path: "cron.d/a", bytes: [10], isSystem: true, owner: "me", place: "/etc/cron.d/a")
        return AcceptedRegistry(
            "/x",
            files: [
                RegistryFile(path: "/x/a.yaml", bytes: Array("a".utf8)),
                RegistryFile(path: "b\u{10FFE4}.yaml", bytes: [], isNamed: true),
            ],
            crontabs: [
                .init(path: "cron.d", isSystem: nil, owner: nil): .init(files: [crontab], notes: ["a note"]),
                .init(path: "cron.d", isSystem: false, owner: "me"): .init(files: []),
            ], texts: texts)
    }()

    @Test("reads back as it was written, and the same is written the same")
    func roundTrip() throws {
        let bytes = Self.sample.encoded()
        let read = try AcceptedRegistry(decoding: bytes)
        #expect(read.encoded() == bytes && read.path == "/x")
        #expect(read.files.map(\.path) == Self.sample.files.map(\.path) && read.files.map(\.isNamed) == [false, true])
        let crontab = read.crontabs[.init(path: "cron.d", isSystem: nil, owner: nil)]?.files.first
        #expect(crontab?.name == "a" && crontab?.owner == "me" && crontab?.isSystem == true)
    }

    @Test("is refused when it is cut off anywhere, or has more at its end")
    func cut() {
        let bytes = Self.sample.encoded()
        for count in 0..<bytes.count {
            #expect(throws: (any Error).self) { try AcceptedRegistry(decoding: Array(bytes[..<count])) }
        }
        #expect(throws: (any Error).self) { try AcceptedRegistry(decoding: bytes + [0]) }
    }

    @Test("is under a name that goes by the path as it was given")
    func key() throws {
        let directory = try TemporaryDirectory()
        try directory.write("", to: "one/a")
        try directory.link("current", to: "one")
        let key: (String) -> String = { RuntimePlace.key(of: "\(directory.path)/\($0)") }
        #expect(key("current") == key("x/.././current/") && key("current") != key("one"))
        var configuration = Configuration(
            registry: "/x", worker: "", logFormat: nil, logLevel: .info, stopTimeout: .zero, runtimeDirectory: nil)
        #expect(configuration.key == RuntimePlace.key(of: "/x"))
        configuration.instance = "web"
        #expect(configuration.key == "web")
    }

    @Test(
        "has a name that is a plain one",
        arguments: [
            ("web", true), ("a.b-c_9", true), ("", false), (".", false), ("-x", false), ("a/b", false), ("a b", false),
            ("registry", false), (String(repeating: "n", count: 64), true), (String(repeating: "n", count: 65), false),
        ])
    func names(_ name: String, isOne: Bool) {
        #expect(RuntimePlace.mayBe(instance: name) == isOne)
    }
}
