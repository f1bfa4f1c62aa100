import Kernel
import Model
import Registry
import Testing

@testable import CronWorkerKit
@testable import Daemon

@Suite("The registry that workers share")
struct SharedRegistryTests {
    private func snapshot(_ names: [String], data: String = "x") throws -> RegistrySnapshot {
        let entries = names.map { "- {name: \($0), kind: k, data: \(data), meta: {type: t}}\n" }.joined()
        let text = "namespace: n\nentries:\(names.isEmpty ? " []" : "")\n" + entries
        let load = RegistrySnapshot.load([RegistryFile(path: "r.yaml", bytes: Array(text.utf8))])
        return try #require(load.snapshot, "\(load.errors)")
    }

    private func ids(_ map: RegistryMap) throws -> [String] { try map.find(.init()).compactMap { $0["id"]?.string } }

    @Test("is what the daemon has in force, also for a worker that was started before a reload")
    func follows() throws {
        let shared = try SharedRegistry(try snapshot(["a", "b"]))
        let map = RegistryMap(try shared.memory.descriptor.duplicate())
        #expect(try ids(map) == ["n:a", "n:b"])
        for round in 0..<20 {
            try shared.publish(try snapshot(["c\(round)"]))
            #expect(try ids(map) == ["n:c\(round)"])
            #expect(try map.get("n:a") == nil)
            #expect(try map.get("n:c\(round)")?["meta"]?["type"] == .string("t"))
        }
    }

    @Test("may grow beyond the memory that a worker has mapped")
    func grows() throws {
        let shared = try SharedRegistry(try snapshot([]))
        let map = RegistryMap(try shared.memory.descriptor.duplicate())
        #expect(try ids(map) == [])
        for count in [10, 1_000, 5, 3_000, 1] {
            try shared.publish(try snapshot((0..<count).map { "j\($0)" }, data: String(repeating: "y", count: 100)))
            #expect(try ids(map).count == count)
        }
        // Room that was outgrown is less than what is in use, and there are two of each.
        #expect(shared.memory.size < 8 << 20)
    }

    @Test("comes with the texts of its Lua files, those of the load in force alone")
    func texts() throws {
        func texts(_ files: [String: [UInt8]]) -> SourceTexts {
            var texts = SourceTexts()
            for (path, bytes) in files { texts.add(bytes, of: path) }
            return texts
        }
        let shared = try SharedRegistry(try snapshot(["a"]))
        let map = RegistryMap(try shared.memory.descriptor.duplicate())
        #expect(try map.text(of: "a.lua") == nil)
        for round in UInt8(0)..<20 {
            // No UTF-8 either.
            let files = ["a.lua": [round, 0xFF, 0], "b.lua": [], "\(round).lua": [UInt8](repeating: 7, count: 9_999)]
            try shared.publish(try snapshot(["a"]), texts(files))
            for (path, bytes) in files { #expect(try map.text(of: path) == bytes) }
            #expect(try map.text(of: "\(Int(round) - 1).lua") == nil)
            #expect(try map.text(of: "a.lu") == nil)
            #expect(try ids(map) == ["n:a"])
        }
        try shared.publish(try snapshot(["a"]))
        #expect(try map.text(of: "a.lua") == nil)
    }

    @Test("is never seen half-written, however often it changes")
    func whole() async throws {
        let shared = try SharedRegistry(try snapshot(["j0"]))
        let map = RegistryMap(try shared.memory.descriptor.duplicate())
        let snapshots = try (1...40).map { count in try snapshot((0..<count * 10).map { "j\($0)" }) }
        let reader = Task.detached {
            var counts: Set<Int> = []
            while !Task.isCancelled {
                // As many as some snapshot has, and the last of them is there.
                let found = try map.find(.init())
                #expect(found.count == 1 || found.count % 10 == 0)
                #expect(found.last?["id"] == .string("n:j\(found.count - 1)"))
                counts.insert(found.count)
            }
            return counts
        }
        for _ in 0..<20 { for snapshot in snapshots { try shared.publish(snapshot) } }
        reader.cancel()
        _ = try await reader.value
    }

    @Test("cannot be changed by a worker")
    func sealed() throws {
        let shared = try SharedRegistry(try snapshot(["a"]))
        let worker = try shared.memory.descriptor.duplicate()
        #expect(throws: SystemError.self) { try worker.writeAll([0]) }
    }

    @Test("is empty where there is none")
    func none() throws {
        let map = RegistryMap(nil)
        #expect(try map.find(.init()) == [])
        #expect(try map.get("a:b") == nil)
    }

    @Test("says what is wrong with criteria")
    func criteria() throws {
        let shared = try SharedRegistry(try snapshot(["a"]))
        let map = RegistryMap(try shared.memory.descriptor.duplicate())
        #expect(throws: (any Error).self) { try map.find(.init([("type", .string("x"))])) }
        #expect(try map.find(.init([(".name", .string("a"))])).count == 1)
    }
}
