import Clocks
import Glibc
import Kernel
import LedgerRecords
import LedgerStore
import Model
import TestSupport
import Testing

@testable import SQLiteStore

@Suite("A ledger in SQLite")
struct SQLiteStoreTests {
    private let directory: TemporaryDirectory
    private let start = WallInstant(seconds: 2_500_000_000)
    private let journal = JournalID(high: 1, low: 2)

    init() throws { directory = try TemporaryDirectory() }

    private var path: String { "\(directory.path)/ledger.db" }

    private func open() throws -> SQLiteStore { try SQLiteStore(path) }

    private func job(_ number: Int64, _ name: String) -> LedgerRecord {
        .job(
            .init(
                job: number, at: start, name: name, schedule: "every 1s", timezone: "", comment: "", books: 1,
                sums: .init(),
                standing: .init(job: number, failures: 0, isFailing: false, isLate: false)))
    }

    private func run(_ number: Int64, job: Int64 = 0, _ outcome: Outcome = .ok, text: String = "") -> LedgerRecord {
        let moment = start + .seconds(number)
        return .booking(
            .init(
                job: job, at: moment, first: moment, last: moment, count: 1, outcome: outcome,
                run: .init(number: number, began: moment, text: text)))
    }

    private var life: LedgerRecord {
        .life(.init(uid: 1, pid: 1, began: start, host: "h", boot: "b", version: "1", registry: "r"))
    }

    private func batch(_ records: [LedgerRecord], after number: UInt64 = 0) -> RecordBatch {
        var batch = RecordBatch(journal: journal)
        for (index, record) in records.enumerated() { batch.append(record, number: number + UInt64(index) + 1) }
        return batch
    }

    private func error(_ body: () throws -> Void) -> LedgerError? {
        do { try body() } catch let error as LedgerError { return error } catch {}
        return nil
    }

    private func count(_ sql: String) throws -> Int64? { try Database(path, .reading).number(sql) }

    @Test("has what a run wrote once, though its batch had to be tried again")
    func triedAgain() throws {
        let store = try open()
        _ = try store.append(batch([life, job(0, "app:a")]), .process)
        let line = LedgerRecord.output(.init(job: 0, run: 1, at: start, isError: false, text: "line"))
        let records = batch([line, line, run(1, .failed)], after: 2)
        let other = try Database(path, .writing)
        try other.run("ALTER TABLE recent RENAME TO away")
        #expect(error { _ = try store.append(records, .process) } != nil)
        #expect(error { _ = try store.append(records, .process) } != nil)
        try other.run("ALTER TABLE away RENAME TO recent")
        _ = try store.append(records, .process)
        let output = try SQLiteReader(path, tails: store.tails).output(of: "app:a", run: 1)
        #expect(output?.lines == 2 && output?.tail == "line\nline\n", "\(String(describing: output))")
    }

    // MARK: The file

    @Test("is begun with pages that can be given back, and a log written ahead")
    func begun() throws {
        let store = try open()
        _ = try store.append(batch([life]), .process)
        for name in try FileSystem.names(in: directory.path) {
            var status = stat()
            #expect(stat("\(directory.path)/\(name)", &status) == 0 && status.st_mode & 0o777 == 0o600, "\(name)")
        }
        #expect(try count("PRAGMA auto_vacuum") == 2)
        #expect(try count("PRAGMA user_version") == 1)
        #expect(try count("PRAGMA application_id") == 0x4352_4F4E)
        #expect(try Database(path, .reading).rows("PRAGMA journal_mode") { $0.text(0) } == ["wal"])
    }

    @Test("of a later version is left as it is")
    func newer() throws {
        _ = try open()
        try Database(path, .writing).run("PRAGMA user_version = 3; PRAGMA wal_checkpoint(TRUNCATE)")
        let before = try FileSystem.contents(of: path, limit: 1 << 20)?.bytes
        let error = error { _ = try open() }
        #expect(error?.kind == .newer(3))
        #expect(error?.text == "it is of version 3; this cronledger knows up to 1")
        #expect(try FileSystem.contents(of: path, limit: 1 << 20)?.bytes == before)
    }

    @Test("is not made of a database of another program")
    func foreign() throws {
        try Database(path, .writing).run("CREATE TABLE t (a); PRAGMA user_version = 1")
        let error = error { _ = try open() }
        #expect(error?.kind == .other && error?.text == "it is a database of another program")
    }

    @Test("that is none, or has holes, is damaged", arguments: [false, true])
    func damaged(hasHead: Bool) throws {
        let store = try open()
        _ = try store.append(
            batch([life, job(0, "app:a")] + (1...2_000).map { run($0, text: "it broke again") }), .power)
        try store.fold()
        try store.checkpoint()
        let bytes = try #require(try FileSystem.contents(of: path, limit: 1 << 24)?.bytes)
        let kept = hasHead ? 4_096 * 2 : 0
        try FileSystem.remove(path)
        let broken = Array(bytes.prefix(kept)) + [UInt8](repeating: 0, count: bytes.count - kept)
        try Descriptor.create(path).writeAll(broken)
        let error = error {
            let store = try open()
            _ = try store.append(batch((3_000...5_000).map { run($0) }, after: 9_000), .power)
            try store.fold()
        }
        #expect(error?.kind == .damaged, "\(error?.description ?? "no error")")
    }

    // MARK: Others

    @Test("that another program has locked says so, and takes the batch later")
    func locked() throws {
        let store = try open()
        let other = try Database(path, .writing)
        try other.run("BEGIN EXCLUSIVE")
        let records = batch([life, job(0, "app:a"), run(1)])
        #expect(error { _ = try store.append(records, .process) }?.kind == .locked)
        #expect(store.position == nil)
        try other.run("ROLLBACK")
        #expect(try store.append(records, .process).records == 3)
        #expect(try store.resumptions().first?.runs == 1)
    }

    @Test("that another ledger writes to takes nothing twice")
    func twoWriters() throws {
        let (one, other) = (try open(), try open())
        let records = batch([life, job(0, "app:a"), run(1)])
        _ = try one.append(records, .process)
        #expect(error { _ = try other.append(records, .process) }?.text == "another ledger has written to it")
        #expect(try other.append(records, .process).records == 0)
        #expect(try count("SELECT count(*) FROM recent WHERE kind = 1") == 1)
    }

    // MARK: Rows

    @Test("leaves out a run whose number is taken, and goes on")
    func conflict() throws {
        let store = try open()
        _ = try store.append(batch([life, job(0, "app:a"), run(1), run(2)]), .process)
        try store.fold()
        _ = try store.append(batch([run(2, text: "again"), run(3)], after: 4), .process)
        try store.fold()
        #expect(try count("SELECT count(*) FROM run") == 3)
        #expect(try count("SELECT count FROM loss WHERE class = 'conflict'") == 1)
        #expect(try count("SELECT ok FROM job") == 3)
    }

    @Test("asks the index of failures where it asks for them")
    func plans() throws {
        let store = try open()
        let plan =
            "EXPLAIN QUERY PLAN SELECT id FROM run WHERE began BETWEEN 0 AND 9 AND outcome <> 0 AND outcome IN (1, 2)"
        let details = try store.database.rows("\(plan) ORDER BY began DESC, id DESC LIMIT 9") { $0.text(3) }
        #expect(details.first?.contains("run_bad") == true, "\(details)")
        #expect(!details.contains { $0.contains("TEMP B-TREE") })
    }

    @Test("has the job with the most runs give its oldest where there is no room, and spares the newest of each")
    func size() throws {
        let store = try open()
        let text = String(repeating: "x", count: 400)
        var records = [life, job(0, "app:often"), job(1, "app:seldom")]
        records += (1...4_000).map { run($0, $0 % 8 == 0 ? .failed : .ok, text: text) }
        records += (1...50).map { run($0, job: 1, text: text) }
        _ = try store.append(batch(records), .process)
        var retention = Retention()
        (retention.bytes, retention.age) = (800_000, .seconds(1_000_000))
        var rounds = 0
        while try !store.prune(retention, at: start, budget: 300).isDone { rounds += 1 }
        #expect(rounds > 5)
        #expect(try store.size() <= 800_000)
        #expect(try count("SELECT count(*) FROM run WHERE id >> 40 = 2") == 50)
        retention.bytes = 1
        while try !store.prune(retention, at: start, budget: 300).isDone {}
        #expect(try count("SELECT count(*) FROM run WHERE id >> 40 = 1 AND outcome = 0") == 100)
        #expect(try count("SELECT count(*) FROM run WHERE id >> 40 = 1 AND outcome <> 0") == 100)
        #expect(try count("SELECT max(id) & 0xFFFFFFFFFF FROM run WHERE id >> 40 = 1") == 4_000)
        #expect(try count("SELECT ok + bad FROM job WHERE id = 1") == 200)
    }

    @Test("has nothing left in its file of what was erased")
    func forgotten() throws {
        let store = try open()
        let runs = (1...200).map { run($0, .failed, text: "the secret of \($0)") }
        _ = try store.append(batch([life, job(0, "app:a")] + runs), .process)
        try store.fold()
        func files() throws -> String {
            try FileSystem.names(in: directory.path).reduce(into: "") { text, name in
                let bytes = try FileSystem.contents(of: "\(directory.path)/\(name)", limit: 1 << 24)?.bytes ?? []
                text += String(decoding: bytes, as: UTF8.self)
            }
        }
        #expect(try files().contains("the secret of 7"))
        #expect(try store.forget("app:a", run: nil, before: nil) == 200)
        #expect(try !files().contains("the secret"))
    }

    @Test("gives pages back to the disk")
    func vacuum() throws {
        let store = try open()
        let runs = (1...3_000).map { run($0, text: String(repeating: "y", count: 300)) }
        _ = try store.append(batch([life, job(0, "app:a")] + runs), .process)
        try store.fold()
        let before = try #require(try count("PRAGMA page_count"))
        var retention = Retention()
        (retention.runs, retention.age) = (10, .seconds(1_000_000))
        for _ in 0..<12 { _ = try store.prune(retention, at: start, budget: 1_000) }
        #expect(try #require(try count("PRAGMA page_count")) < before / 2)
    }
}
