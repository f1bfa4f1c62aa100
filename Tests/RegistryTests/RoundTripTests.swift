import Model
import Registry
import TestSupport
import Testing
import Values

@Suite("Entries written as YAML")
struct RoundTripTests {
    @Test("load back as what they were, in whatever style they were written")
    func roundTrip() {
        for iteration in 0..<Fuzz.iterations(500) {
            let seed = Fuzz.seed &+ UInt64(iteration)
            var emitter = EntryEmitter(random: SeededGenerator(seed: seed))
            let entries = (0..<1 + emitter.random.below(4)).map { _ in
                (meta: emitter.map(depth: 3), data: emitter.map(depth: 4))
            }
            let text = text(of: entries, &emitter)
            let load = load(text)
            let comment: Comment = "FUZZ_SEED=\(seed) FUZZ_ITERATIONS=1 \(load.errors)\n\(text)"
            #expect(load.snapshot?.entries.map(\.meta) == entries.map(\.meta), comment)
            #expect(load.snapshot?.entries.map(\.data) == entries.map(\.data), comment)
        }
    }

    private func text(of entries: [(meta: Value.Map, data: Value.Map)], _ emitter: inout EntryEmitter) -> String {
        var text = "version: 1.0\nnamespace: app\nentries:\n"
        for (index, entry) in entries.enumerated() {
            text += "- name: e\(index)\n  kind: k\n  meta:" + emitter.emit(.map(entry.meta), indent: 2) + "\n"
            if !entry.data.isEmpty { text += emitter.block(entry.data, indent: 2) + "\n" }
        }
        return text
    }
}
