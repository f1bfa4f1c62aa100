import Clocks
import Glibc
import Journal
import Kernel
import LedgerRecords
import Model
import TestSupport
import Testing

@testable import SQLiteStore

@Suite("cronsupctl --read")
struct ReadTests {
    private func ask(_ scene: LedgerScene, _ arguments: String..., user: Bool = false) throws -> (
        output: String, errors: String, code: Int32
    ) {
        let name = "\(scene.directory.path)/said-\(UInt64.random(in: 0...(.max)))"
        let other = user ? ["/usr/bin/setpriv", "--reuid", "12376", "--regid", "12376", "--clear-groups"] : []
        let process = try ChildProcess(
            other + [Binaries.control] + arguments, environment: ["TZ=UTC"], output: name, errors: "\(name)-errors")
        try wait("an answer", within: 20) { process.hasExited }
        guard case .exited(let code)? = process.exitStatus else {
            throw Failure("\(String(describing: process.exitStatus))")
        }
        return (TextFile.read(name) ?? "", TextFile.read("\(name)-errors") ?? "", code)
    }

    private func played() throws -> LedgerScene {
        let scene = try LedgerScene()
        for number in 1...30 { scene.run(0, number == 30 ? .failed : .ok, text: number == 30 ? "it broke" : "") }
        let at = WallInstant(seconds: 2_500_000_001)
        scene.write(.incident(.init(job: 0, at: at, kind: "Worker exited", text: "pid=812")))
        scene.write(.output(.init(job: 1, run: 1, at: at, isError: true, text: "refused")), .output)
        scene.run(1, .failed)
        return scene
    }

    private func expectAll(_ scene: LedgerScene) throws {
        let export = try ask(scene, "ledger", "export", "--read", scene.state)
        #expect(export.output.split(separator: "\n").count == 31, "\(export.output.suffix(500)) \(export.errors)")
    }

    private func files(_ scene: LedgerScene) throws -> [String] { try FileSystem.names(in: scene.state).sorted() }

    @Test("answers from a file without a daemon, and leaves nothing beside it")
    func answers() throws {
        let scene = try played()
        try scene.launch()
        #expect(try scene.finish() == .exited(code: 0))
        let before = try files(scene)
        let history = try ask(scene, "history", "app:0", "-n", "2", "--read", scene.state)
        #expect(history.code == 0 && history.output.contains("it broke"), "\(history)")
        #expect(
            try ask(scene, "events", "--read", scene.database).output.hasSuffix("  Worker exited  app:0  pid=812\n"))
        let output = try ask(scene, "output", "app:1", "--read", scene.database)
        #expect(output.output == "refused\n", "\(output)")
        let why = try ask(scene, "why", "app:0", "2049-03-22T04:27:10Z", "--read", scene.database)
        #expect(why.output.hasSuffix(": failed: it broke\n"))
        let status = try ask(scene, "ledger", "status", "--read", scene.state)
        #expect(
            status.output.contains("path       \(scene.database)\n") && status.output.contains("runs       31\n"),
            "\(status)")
        try expectAll(scene)
        #expect(try files(scene) == before)
        let none = try ask(scene, "history", "app:9", "--read", scene.state)
        #expect(none.code == 1 && none.errors == "cronsupctl: the ledger has no job 'app:9'\n")
    }

    @Test("reads one that goes on, and one whose process was killed, with what is in its log ahead")
    func inUse() throws {
        let scene = try played()
        try scene.launch()
        try scene.wait("rows") { scene.hasAll() }
        try expectAll(scene)
        try scene.kill()
        try expectAll(scene)
        try scene.launch()
        #expect(try scene.finish() == .exited(code: 0))
        #expect(try SQLiteCopy(scene.database).faults().isEmpty)
    }

    @Test("says what is wrong with a file, and with what is asked of it")
    func refusals() throws {
        let scene = try played()
        let absent = try ask(scene, "history", "--read", "/nowhere")
        #expect(absent.code == 1 && absent.errors == "cronsupctl: '/nowhere': there is no such ledger\n")
        let text = "\(scene.directory.path)/text"
        try TextFile.write(String(repeating: "no database\n", count: 100), to: text)
        let other = try ask(scene, "history", "--read", text)
        #expect(other.code == 1 && other.errors.contains("file is not a database"), "\(other)")
        try scene.launch()
        _ = try scene.finish()
        try Database(scene.database, .writing).run("PRAGMA user_version = 3")
        let newer = try ask(scene, "history", "--read", scene.database)
        #expect(newer.errors.contains("it is of version 3; this cronledger knows up to 1"), "\(newer)")
        #expect(try ask(scene, "history", "--read", text, "--registry", "x").code == 100)
        #expect(try ask(scene, "events", "-f", "--read", text).code == 100)
    }

    @Test(
        "reads a copy in a place where it may write nothing, as the user who asks",
        .enabled(if: ThisProcess.userID == 0 && FileSystem.isExecutable("/usr/bin/setpriv"), "needs root and setpriv"))
    func copy() throws {
        let scene = try played()
        try scene.launch()
        #expect(try scene.finish() == .exited(code: 0))
        let place = "\(scene.directory.path)/copies with % and ?"
        try FileSystem.createDirectories(place)
        try FileSystem.rename(scene.database, to: "\(place)/ledger.db")
        for path in [scene.directory.path, place] { chmod(path, 0o755) }
        let denied = try ask(scene, "history", "--read", place, user: true)
        #expect(denied.code == 1 && denied.errors.contains("the right to read it"), "\(denied)")
        chmod("\(place)/ledger.db", 0o644)
        let history = try ask(scene, "history", "app:0", "--read", place, user: true)
        #expect(history.code == 0 && history.output.contains("it broke"), "\(history)")
        #expect(try FileSystem.names(in: place) == ["ledger.db"])
    }
}
