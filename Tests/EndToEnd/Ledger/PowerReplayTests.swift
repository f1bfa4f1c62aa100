import Clocks
import Glibc
import Journal
import Kernel
import LedgerStore
import Model
import SQLiteStore
import TestSupport
import Testing

/// A loss of power, played: what a ledger has written is taken down by strace, and images of the disk are made of it as they may be after a
/// loss of power at any of its calls. What was synced is there; of what came after that there is a part, also of single writes.
@Suite("A ledger after a loss of power")
struct PowerReplayTests {
    // MARK: F40

    @Test(
        "is in order, and has all that was given back in the journal",
        .enabled(if: FileSystem.isExecutable("/usr/bin/strace"), "needs strace"))
    func images() throws {
        var all = RunPolicy.History()
        (all.runs, all.failures) = (1_000_000, 100_000)
        let scene = try LedgerScene(jobs: 4, capacity: 4 << 20, history: all)
        let trace = "\(scene.directory.path)/trace"
        scene.prefix = [
            "/usr/bin/strace", "-qq", "-y", "-xx", "-s", "1000000", "-ttt", "-o", trace, "-e",
            "trace=pwrite64,fdatasync,fsync,ftruncate",
        ]
        let history = try write(scene)
        let calls = try DiskCalls.read(trace, of: scene.database)
        #expect(calls.count > 1_000 && calls.contains { $0.kind == .sync })
        var random = SystemRandomNumberGenerator()
        let count = LongTests.size(20, long: 1_000)
        let places = (0..<count).map { _ in Int.random(in: 1...calls.count, using: &random) }.sorted()
        var disk = PlayedDisk()
        var (done, oldest, lost) = (0, 0.0, 0)
        for place in places {
            while done < place {
                disk.take(calls[done])
                done += 1
            }
            let at = calls[done - 1].time
            let runs = try look(at: disk.image(&random), in: scene.directory.path)
            let given = history.given.last { $0.time < at }?.runs ?? [0, 0, 0, 0]
            #expect(zip(runs, given).allSatisfy { $0 >= $1 }, "\(runs) after \(given) at call \(done)")
            if let first = history.written.first(where: { zip(runs, $0.runs).contains { $0 < $1 } && $0.time < at }) {
                lost += 1
                oldest = max(oldest, at - first.time)
            }
        }
        // Most of that is the time that a fold takes under strace: such runs were in the journal yet.
        if LongTests.isOn { print("\(count) images: \(lost) without some runs, the oldest of which \(oldest) s old") }
    }

    private struct Mark {
        let time: Double
        let runs: [Int64]
    }

    private static var now: Double { Double(Clock.wall().nanoseconds) / 1e9 }

    /// What was written when, and what was given back in the journal by when.
    private func write(_ scene: LedgerScene) throws -> (written: [Mark], given: [Mark]) {
        var (written, given) = ([Mark](), [Mark]())
        try scene.launch()
        try scene.wait("start") { scene.hasStarted }
        for round in 0..<LongTests.size(61, long: 600) {
            // More than a fold waits for, in the end.
            for index in 0..<(round % 30 == 29 ? 6_000 : 60) {
                scene.run(index % 4, index % 9 == 0 ? .failed : .ok, text: "it")
            }
            written.append(Mark(time: Self.now, runs: scene.runs))
            // A ledger that cannot keep up loses more, which is in the journal still.
            if round % 30 == 29 { try scene.wait("all") { scene.writer.used == 0 } }
            scene.listen()
            usleep(25_000)
            if scene.writer.used == 0 { given.append(Mark(time: Self.now, runs: scene.runs)) }
        }
        try scene.wait("all") { scene.writer.used == 0 }
        given.append(Mark(time: Self.now, runs: scene.runs))
        #expect(try scene.finish() == .exited(code: 0), "\(scene.errors)")
        return (written, given)
    }

    /// The runs of each job, which have no holes.
    private func look(at image: (database: [UInt8], log: [UInt8]), in directory: String) throws -> [Int64] {
        let path = "\(directory)/image.db"
        for suffix in ["", "-wal", "-shm"] { try? FileSystem.remove("\(path)\(suffix)") }
        guard !image.database.isEmpty else { return [0, 0, 0, 0] }
        try Descriptor.create(path).writeAll(image.database)
        try Descriptor.create("\(path)-wal").writeAll(image.log)
        try #require(try SQLiteCopy(path).faults() == [])
        // As a ledger would that comes back.
        let store = try SQLiteStore(path)
        try store.fold()
        let view = try SQLiteReader(path, tails: SharedTails())
        return try (0..<4).map { job in
            var (numbers, query) = ([Int64](), HistoryQuery(job: "app:\(job)", limit: 1_000))
            repeat {
                let page = try view.history(query)
                numbers += page.rows.compactMap { if case .run(let run) = $0 { run.run } else { nil } }
                query.before = page.next
            } while query.before != nil
            let count = Int64(numbers.count)
            try #require(numbers.reversed() == Array(Swift.stride(from: 1, through: count, by: 1)))
            return count
        }
    }
}

/// What a ledger has had its disk do.
struct DiskCalls {
    enum Kind: Equatable { case write, truncate, sync }

    struct Call {
        let time: Double
        let isOfLog: Bool
        let kind: Kind
        var offset = 0
        var bytes: [UInt8] = []
    }

    /// `trace`: of strace -y -xx -ttt.
    static func read(_ trace: String, of database: String) throws -> [Call] {
        let bytes = try Descriptor.open(reading: trace).beginning(1 << 30)
        let names = [escaped(database), escaped("\(database)-wal")]
        var calls: [Call] = []
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            if let call = call(line, names) { calls.append(call) }
        }
        return calls
    }

    private static func escaped(_ text: String) -> [UInt8] {
        let digits = text.utf8.map { byte in
            let hex = String(byte, radix: 16)
            return "\\x" + (hex.utf8.count < 2 ? "0" : "") + hex
        }
        return Array("<\(digits.joined())>".utf8)
    }

    /// `1796008347.172317 pwrite64(3<NAME>, "BYTES", 5, 0) = 5`
    private static func call(_ line: ArraySlice<UInt8>, _ names: [[UInt8]]) -> Call? {
        guard let open = line.firstIndex(of: UInt8(ascii: "<")), let close = line.firstIndex(of: UInt8(ascii: ">")),
            let file = names.firstIndex(where: { line[open...close].elementsEqual($0) })
        else { return nil }
        let head = String(decoding: line[..<open], as: UTF8.self).split(separator: " ")
        guard head.count == 2, let time = Double(head[0]) else { return nil }
        let isOfLog = file == 1
        let rest = line[(close + 1)...]
        if head[1].hasPrefix("pwrite64") {
            guard let first = rest.firstIndex(of: UInt8(ascii: "\"")), let last = rest.lastIndex(of: UInt8(ascii: "\""))
            else {
                return nil
            }
            let words = String(decoding: rest[(last + 1)...], as: UTF8.self).split { " ,)=".contains($0) }
            guard words.count == 3, let offset = Int(words[1]) else { return nil }
            return Call(
                time: time, isOfLog: isOfLog, kind: .write, offset: offset, bytes: unescaped(rest[(first + 1)..<last]))
        }
        if head[1].hasPrefix("ftruncate") {
            let words = String(decoding: rest, as: UTF8.self).split { " ,)=".contains($0) }
            return Call(time: time, isOfLog: isOfLog, kind: .truncate, offset: words.first.flatMap { Int($0) } ?? 0)
        }
        return Call(time: time, isOfLog: isOfLog, kind: .sync)
    }

    private static func unescaped(_ text: ArraySlice<UInt8>) -> [UInt8] {
        func digit(_ byte: UInt8) -> UInt8 { byte < 0x3A ? byte - 0x30 : byte - 0x57 }
        return Swift.stride(from: text.startIndex + 2, to: text.endIndex, by: 4).map {
            digit(text[$0]) << 4 | digit(text[$0 + 1])
        }
    }
}

/// A disk that has what was synced, and of the rest as much as it likes.
struct PlayedDisk {
    private var database = File()
    private var log = File()

    private struct File {
        var synced: [UInt8] = []
        /// Since.
        var calls: [DiskCalls.Call] = []

        mutating func take(_ call: DiskCalls.Call) {
            guard call.kind == .sync else { return calls.append(call) }
            for call in calls { Self.apply(call, to: &synced) }
            calls = []
        }

        static func apply(_ call: DiskCalls.Call, to bytes: inout [UInt8], sectors: Set<Int>? = nil) {
            if call.kind == .truncate {
                if call.offset <= bytes.count { bytes.removeLast(bytes.count - call.offset) }
                return
            }
            let end = call.offset + call.bytes.count
            if bytes.count < end { bytes += [UInt8](repeating: 0, count: end - bytes.count) }
            for (index, byte) in call.bytes.enumerated() where sectors?.contains((call.offset + index) / 512) ?? true {
                bytes[call.offset + index] = byte
            }
        }

        /// The first so many; or any of them; or the first so many, and parts of the next.
        func image(_ mode: Int, _ random: inout SystemRandomNumberGenerator) -> [UInt8] {
            var bytes = synced
            if mode == 1 {
                for call in calls where Bool.random(using: &random) { Self.apply(call, to: &bytes) }
                return bytes
            }
            let whole = Int.random(in: 0...calls.count, using: &random)
            for call in calls.prefix(whole) { Self.apply(call, to: &bytes) }
            guard mode == 2, whole < calls.count else { return bytes }
            let torn = calls[whole]
            let sectors = (torn.offset / 512)...((torn.offset + max(1, torn.bytes.count) - 1) / 512)
            if torn.kind == .write {
                Self.apply(torn, to: &bytes, sectors: Set(sectors.filter { _ in Bool.random(using: &random) }))
            }
            return bytes
        }
    }

    mutating func take(_ call: DiskCalls.Call) {
        if call.isOfLog { log.take(call) } else { database.take(call) }
    }

    /// As it may be after a loss of power now.
    func image(_ random: inout SystemRandomNumberGenerator) -> (database: [UInt8], log: [UInt8]) {
        let mode = Int.random(in: 0..<3, using: &random)
        return (database.image(mode, &random), log.image(mode, &random))
    }
}
