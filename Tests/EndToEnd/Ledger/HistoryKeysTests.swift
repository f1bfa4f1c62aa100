import Kernel
import LedgerStore
import Model
import SQLiteStore
import TestSupport
import Testing

@Suite("An entry's history")
struct HistoryKeysTests {
    @Test("says of which runs there is what they wrote, and what nobody is to keep never reaches the journal")
    func kept() throws {
        try Scene.play { scene in
            let work = "echo secret-$CRONSUPD_RUN; echo secret >&2; exit 3"
            try scene.declare([
                .shell("usual", work, interval: "100ms"),
                .shell("mute", work, interval: "100ms", data: ["history": "{output: none, text: none}"]),
                .shell("wordless", "echo word; exit 3", interval: "100ms", data: ["history": "{text: none}"]),
                .shell("all", "echo fine", interval: "100ms", data: ["history": "{output: all}"]),
            ])
            let state = scene.path("state")
            let daemon = try scene.start(
                ["--ledger", "required", "--fallback", "off", "--state-directory", state], worker: Binaries.worker)
            for entry in ["usual", "mute", "wordless"] {
                try daemon.wait(for: "TICK FAILED", entry: "test:\(entry)", count: 3)
            }
            try daemon.wait(for: "TICK", entry: "test:all", count: 3)
            #expect(try daemon.stop() == .exited(code: 0))
            let key = try #require(try FileSystem.names(in: state).first)
            let reader = try SQLiteReader("\(state)/\(key)/ledger.db", tails: SharedTails())
            func texts(_ entry: String) throws -> Set<String> {
                let rows = try reader.history(HistoryQuery(job: "test:\(entry)", limit: 100)).rows
                return Set(
                    rows.compactMap { if case .run(let run) = $0, run.outcome == .failed { run.text } else { nil } })
            }
            #expect(try reader.output(of: "test:usual", run: 1)?.tail.contains("secret-1") == true)
            #expect(try reader.output(of: "test:mute", run: 1) == nil)
            #expect(try reader.output(of: "test:wordless", run: 1)?.tail == "word\n")
            #expect(try reader.output(of: "test:all", run: 1)?.tail == "fine\n")
            #expect(try !texts("usual").contains("") && texts("mute") == [""] && texts("wordless") == [""])
            // Nor is it among the events.
            let events = try reader.incidents(IncidentQuery(job: "test:mute", limit: 1_000)).rows
            #expect(events.allSatisfy { !$0.text.contains("secret") })
        }
    }
}
