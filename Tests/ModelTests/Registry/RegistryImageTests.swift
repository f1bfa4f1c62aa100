import Find
import Model
import TestSupport
import Testing
import Values

@Suite("A registry's image")
struct RegistryImageTests {
    private func withImage<Answer>(of bytes: [UInt8], _ body: (RegistryImage) throws -> Answer) throws -> Answer {
        try bytes.withUnsafeBytes { try body(try RegistryImage($0)) }
    }

    private func entry(_ id: String, kind: String = "k", meta: Value.Map = .init(), data: Value.Map = .init()) -> Entry
    {
        Entry(
            id: EntryID(id)!, kind: kind, meta: meta, data: data,
            location: SourceLocation(file: "dir/é.yaml", line: 70_000, column: 3))
    }

    private func randomEntries(_ values: inout RandomValues, count: Int) -> [Entry] {
        let ids = (0..<count).map { "n\($0 % 3):job.\($0)" }.shuffled(using: &values.random)
        return ids.map { entry($0, kind: values.word(), meta: values.map(depth: 3), data: values.map(depth: 3)) }
    }

    @Test("gives back the entries that it was made of, each where it was")
    func roundTrip() throws {
        var values = RandomValues(random: SeededGenerator(seed: Fuzz.seed))
        for count in [0, 1, 2, 3, 17, 200] {
            let entries = randomEntries(&values, count: count)
            try withImage(of: try RegistryImage.encode(entries)) { image throws in
                #expect(image.count == count)
                #expect(try (0..<count).map { try image[$0] } == entries, "FUZZ_SEED=\(Fuzz.seed)")
                #expect(try image.find(Criteria([])) == entries)
                for entry in entries { #expect(try image.entry(entry.id) == entry) }
            }
        }
    }

    @Test("has no entry for another ID or place")
    func missing() throws {
        let entries = ["a:b", "a:bb", "a:c", "b:a", "a.x:y"].map { entry($0) }
        try withImage(of: try RegistryImage.encode(entries)) { image throws in
            for id in ["a:a", "a:bbb", "a:d", "z:z", "A:b", "a.x:yy", "0:0"] {
                #expect(try image.entry(try #require(EntryID(id))) == nil)
            }
            for id in ["", "a", "a:b ", "a:"] { #expect(try image.index(of: id) == nil) }
            #expect(throws: RegistryImage.Failure.malformed) { try image[5] }
            #expect(throws: RegistryImage.Failure.malformed) { try image[-1] }
        }
    }

    @Test("does not read the data of entries that the criteria rule out, nor their meta if the kind does")
    func lazy() throws {
        let long = Value.Map([("x", .string("text"))])
        var bytes = try RegistryImage.encode([
            entry("a:a", meta: .init([("type", .string("t"))]), data: long),
            entry("a:b", kind: "l", meta: long, data: long),
        ])
        // Breaks all maps whose only key is "x".
        for index in bytes.indices.dropLast() where bytes[index...].starts(with: Array("x".utf8) + [5, 4, 0, 0, 0]) {
            bytes[index + 1] = 0xFF
        }
        try withImage(of: bytes) { image throws in
            #expect(try image.indices(of: Criteria([".kind": "k", "meta.type": "t"])) == [0])
            #expect(try image.find(Criteria([".kind": "k", "meta.type": "u"])) == [])
            #expect(try image.find(Criteria([".kind": "none"])) == [])
            #expect(throws: RegistryImage.Failure.malformed) { try image.find(Criteria([".kind": "k"])) }
            #expect(throws: RegistryImage.Failure.malformed) { try image.indices(of: Criteria(["meta.type": "t"])) }
        }
    }

    @Test("takes criteria as job functions write them, scalars by their text")
    func scalars() throws {
        let meta = Value.Map([("size", .int(5)), ("on", .bool(true)), ("none", .null), ("ratio", .double(1.5))])
        try withImage(of: try RegistryImage.encode([entry("a:a", meta: meta), entry("a:b")])) { image throws in
            for (key, value) in zip(meta.keys, meta.values) {
                #expect(try image.indices(of: Criteria(.init([("meta.\(key)", value)]))) == [0])
            }
            #expect(
                try image.indices(of: Criteria(.init([("meta.size", .string("5")), (".id", .string("a:a"))]))) == [0])
            #expect(
                try image.indices(of: Criteria(.init([("meta.size", .string("6")), (".id", .string("a:a"))]))) == [])
        }
        let failure = try #require(throws: FindFailure.self) { try Criteria(.init([("meta.size", .list([.int(5)]))])) }
        #expect(failure.message == "criterion 'meta.size': expected a text, a number or a boolean, found a list")
        let other = try #require(throws: FindFailure.self) { try Criteria(.init([("~.id", .map(.init()))])) }
        #expect(other.message == "criterion '~.id': expected a text, a number or a boolean, found a map")
    }

    @Test("refuses what is no image, or one of another version")
    func refused() throws {
        let whole = try RegistryImage.encode([entry("a:a")])
        for length in 0..<24 {
            #expect(throws: RegistryImage.Failure.malformed) { try withImage(of: Array(whole[..<length])) { _ in } }
        }
        for length in 24..<whole.count {
            #expect(throws: RegistryImage.Failure.malformed) {
                try withImage(of: Array(whole[..<length])) { try $0[0] }
            }
        }
        var other = whole
        other[8] = 2
        let failure = try #require(throws: RegistryImage.Failure.self) { try withImage(of: other) { _ in } }
        #expect(failure.message == "the registry's image has version 2; expected 1")
        other = whole
        other[0] = 0
        #expect(throws: RegistryImage.Failure.malformed) { try withImage(of: other) { _ in } }
    }

    @Test("is not made of more than its limit")
    func limit() throws {
        let text = Value.string(String(repeating: "x", count: 1 << 20))
        let many = Value.Map([("all", .list(Array(repeating: text, count: 256)))])
        let failure = try #require(throws: RegistryImage.Excess.self) {
            try RegistryImage.encode([entry("a:a", data: many)])
        }
        #expect(failure.message.hasPrefix("the registry with all aliases written out has 26843"))
    }

    @Test("that is damaged is never read past its end")
    func damaged() throws {
        var values = RandomValues(random: SeededGenerator(seed: Fuzz.seed))
        let entries = randomEntries(&values, count: 8)
        let whole = try RegistryImage.encode(entries)
        let criteria = try Criteria(["~.id": "[13]$", "meta.type": "a"])
        for _ in 0..<Fuzz.iterations(5_000) {
            var bytes = whole
            for _ in 0..<1 + values.random.below(4) { damage(&bytes, &values.random) }
            // An allocation of exactly this size, for the sanitiser to see what is read beyond it.
            try? withImage(of: Array(bytes)) { image throws in
                _ = try? image.find(criteria)
                for entry in entries { _ = try? image.entry(entry.id) }
                for index in 0..<min(image.count, 20) { _ = try? image[index] }
            }
        }
    }

    private func damage(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        guard !bytes.isEmpty else { return }
        // Mostly the head, where the places are.
        let place = random.below(random.chance(2) ? min(bytes.count, 96) : bytes.count)
        switch random.below(6) {
        case 0: bytes.removeSubrange(place...)
        case 1: for index in place..<min(bytes.count, place + 4) { bytes[index] = 0xFF }
        case 2: bytes[place] = UInt8(random.below(9))
        default: bytes[place] = UInt8(random.below(256))
        }
    }

    @Test("shows an entry as a map")
    func value() {
        let entry = entry("a:b", kind: "function.lua", meta: .init([("x", .int(1))]), data: .init([("y", .null)]))
        let map = Value.Map([
            ("id", .string("a:b")), ("kind", .string("function.lua")), ("meta", .map(entry.meta)),
            ("data", .map(entry.data)),
        ])
        #expect(entry.value == .map(map))
    }
}
