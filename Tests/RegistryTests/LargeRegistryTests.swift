import Model
import Registry
import Testing
import Values

@Suite("A large registry")
struct LargeRegistryTests {
    private static func files(_ count: Int, entriesInEach: Int) -> [RegistryFile] {
        (0..<count).map { file in
            var text = "version: \"1.0\"\nnamespace: app.n\(file)\nentries:\n"
            for entry in 0..<entriesInEach {
                text += "- name: job.number\(entry)\n  kind: function.swift\n  method: heartbeat\n"
                text += "  meta:\n    type: cron.job\n    interval: \"10s\"\n    team: core\n"
            }
            return RegistryFile(path: "registry/\(file).yaml", bytes: Array(text.utf8))
        }
    }

    @Test("of 10,000 jobs in 100 files loads in a moment, and is searched in less")
    func tenThousand() throws {
        let files = Self.files(100, entriesInEach: 100)
        let clock = ContinuousClock()
        var load = RegistrySnapshot.load([])
        let loading = clock.measure { load = RegistrySnapshot.load(files) }
        let snapshot = try #require(load.snapshot)
        #expect(snapshot.entries.count == 10_000)
        var found: [Entry] = []
        let searching = try clock.measure { found = try snapshot.find(["meta.type": "cron.job", "^.ns": "app.n9"]) }
        #expect(found.count == 1_100)
        #expect(JobEntries.definitions(in: load).jobs.count == 10_000)
        // Far above what a debug build on a busy machine takes: these catch a quadratic loop, not a slow day.
        #expect(loading < .seconds(30))
        #expect(searching < .seconds(5))
    }

    @Test("of one map with very many keys loads in a moment")
    func manyKeys() {
        let keys = (0..<50_000).map { "k\($0): 1" }.joined(separator: ", ")
        let clock = ContinuousClock()
        let loading = clock.measure {
            #expect(value(of: "{\(keys)}")?.map?.count == 50_000)
        }
        #expect(loading < .seconds(30))
    }
}
