import Clocks
import Journal
import Kernel
import LedgerRecords
import Logging
import Model
import Supervision
import TestSupport
import Testing
import Turns

@testable import Daemon

@Suite("What the daemon writes down for the ledger")
struct LedgerWriterTests {
    /// Books with a journal, and a reader of it.
    private final class Desk {
        let directory: TemporaryDirectory
        let books: JobBooks
        let reader: JournalReader
        let writer: LedgerWriter
        let job: JobDefinition

        init(capacity: Int = JournalWriter.smallest) throws {
            directory = try TemporaryDirectory()
            let runtime = "\(directory.path)/run"
            _ = try PrivateDirectory.open(runtime)
            books = try JobBooks(in: runtime, instance: "test-\(UInt64.random(in: 0...(.max)))", boot: "b")
            try books.openJournal(capacity: capacity)
            let life = LedgerRecord.Life(
                uid: 7, pid: 8, began: WallInstant(seconds: 9), host: "h", boot: "b", version: "v", registry: "/r")
            writer = LedgerWriter(books, try #require(books.journal), life)
            reader = try JournalReader(in: try PrivateDirectory.open(books.path))
            let text = """
                namespace: app
                entries:
                - {name: job, kind: function.exec, command: "true", meta: {type: cron.job, interval: 2s, comment: c}}
                """
            job = try #require(DaemonTests.load(text, path: "/r").jobs.first)
        }

        deinit {
            // In memory, unless the other is.
            for file in (try? FileSystem.names(in: books.path)) ?? [] {
                try? FileSystem.remove("\(books.path)/\(file)")
            }
            try? FileSystem.removeDirectory(books.path)
        }

        func records() throws -> [LedgerRecord] {
            books.bookJournal()
            var records: [LedgerRecord] = []
            while let read = try reader.next() { records.append(try #require(LedgerRecord(read.frame))) }
            return records
        }
    }

    private let now = Moment(monotonic: MonotonicInstant(nanoseconds: 5_000), wall: WallInstant(seconds: 1_000))

    private func booking(_ run: Int64, _ outcome: Outcome = .ok, text: String = "done") -> Booking {
        Booking(
            first: SlotInstant(nanoseconds: 4_000), last: SlotInstant(nanoseconds: 4_000), count: 1, outcome: outcome,
            run: .init(number: run, began: now.wall, text: text))
    }

    @Test("Records wait for the ledger from when they were written until they are given back")
    func lag() throws {
        let desk = try Desk()
        var news = LedgerNews()
        let start = MonotonicInstant(nanoseconds: 1_000_000_000_000)
        func lag(_ seconds: Int64) -> Nanoseconds {
            news.follow(desk.writer, at: start + .seconds(seconds))
            return news.lag(at: start + .seconds(seconds))
        }
        func write() throws { #expect(try #require(desk.books.journal).stage(JournalFrame(), .row)) }
        func giveBack() throws {
            desk.books.bookJournal()
            while try desk.reader.next() != nil {}
            desk.reader.free(through: desk.reader.position)
        }
        #expect(lag(0) == .zero)
        try write()
        #expect(lag(1) == .zero && lag(5) == .seconds(4))
        try write()
        #expect(lag(7) == .seconds(6))
        try giveBack()
        #expect(lag(9) == .zero && lag(20) == .zero)
        try write()
        #expect(lag(21) == .zero && lag(22) == .seconds(1))
        desk.books.bookJournal()
        let first = desk.writer.written
        try write()
        desk.books.bookJournal()
        desk.reader.free(through: first)
        #expect(lag(23) == .zero && lag(24) == .seconds(1), "the second waits still")
    }

    @Test("A life comes first, then a job's name with its sums, then what it comes to")
    func order() throws {
        let desk = try Desk()
        var (name, record) = (LedgerName(), JobRecord())
        record.books.runs = 117
        record.books.counts[.ok] = 100
        record.books.besides[.failed] = 3
        record.standing.failures = 2
        desk.writer.introduce(&name, desk.job, record, at: now)
        desk.writer.note(booking(118), of: &name, .monotonic, at: now)
        let records = try desk.records()
        guard records.count == 3, case .life(let life) = records[0], case .job(let job) = records[1],
            case .booking(let booked) = records[2]
        else {
            Issue.record("\(records)")
            return
        }
        #expect(life.uid == 7 && name.isKnown && job.job == name.number && job.name == "app:job")
        #expect(job.schedule == "interval 2s" && job.comment == "c" && job.books == Int64(bitPattern: desk.books.id))
        #expect(job.sums.runs == 117 && job.sums.slots[Outcome.ok.index] == 100)
        #expect(job.sums.besides[Outcome.failed.index] == 3 && job.standing.failures == 2)
        // The slot was 1,000 ns ago on a clock that is not the wall's.
        #expect(booked.last == WallInstant(nanoseconds: 1_000_000_000_000 - 1_000))
        #expect(booked.job == name.number && booked.run?.number == 118 && booked.run?.cause == .slot)
    }

    @Test("A job whose record there was no room for is introduced again with its sums, and what was lost is counted")
    func full() throws {
        let desk = try Desk()
        var (name, record) = (LedgerName(), JobRecord())
        desk.writer.introduce(&name, desk.job, record, at: now)
        #expect(!desk.writer.takeStrangers() || name.isKnown)
        var written = Int64(0)
        while name.isKnown {
            written += 1
            desk.writer.note(booking(written, text: "x"), of: &name, .monotonic, at: now)
        }
        #expect(desk.writer.hasStrangers && written > 10)
        for run in written + 1...written + 5 { desk.writer.note(booking(run), of: &name, .monotonic, at: now) }
        // There is still no room: that is no record that is lost.
        desk.writer.introduce(&name, desk.job, record, at: now)
        #expect(!name.isKnown && desk.writer.hasStrangers)
        #expect(try desk.records().count == 2 + Int(written) - 1 && desk.reader.lost.rows == 6)
        desk.reader.free(through: desk.reader.position)
        record.books.runs = written + 5
        record.books.counts[.ok] = written + 5
        #expect(desk.writer.takeStrangers())
        desk.writer.introduce(&name, desk.job, record, at: now)
        desk.writer.note(booking(written + 6), of: &name, .monotonic, at: now)
        let records = try desk.records()
        guard records.count == 2, case .job(let job) = records[0], case .booking(let last) = records[1] else {
            Issue.record("\(records)")
            return
        }
        #expect(job.sums.slots[Outcome.ok.index] == written + 5 && last.run?.number == written + 6)
        #expect(name.isKnown && !desk.writer.hasStrangers && desk.writer.lost.rows == 6)
    }

    @Test("A job whose name there was no room for is named with what it had then and with what it has now")
    func firstName() throws {
        let desk = try Desk()
        var (old, name, record) = (LedgerName(), LedgerName(), JobRecord())
        desk.writer.introduce(&old, desk.job, record, at: now)
        while old.isKnown { desk.writer.note(booking(1), of: &old, .monotonic, at: now) }
        desk.writer.introduce(&name, desk.job, record, at: now)
        #expect(!name.isKnown && name.number == 2)
        desk.writer.note(booking(1), of: &name, .monotonic, at: now)
        _ = try desk.records()
        desk.reader.free(through: desk.reader.position)
        (record.books.runs, record.books.counts[.ok]) = (1, 1)
        desk.writer.introduce(&name, desk.job, record, at: now)
        desk.writer.introduce(&name, desk.job, record, at: now)
        let sums = try desk.records().map { record in
            if case .job(let job) = record { (job.job, job.sums.runs) } else { (Int64(0), Int64(-1)) }
        }
        #expect(sums.map(\.0) == [2, 2, 2] && sums.map(\.1) == [0, 1, 1])
        desk.writer.close(&name, desk.job.id, record, .monotonic, at: now)
        guard case .job(let gone) = try desk.records().first else {
            Issue.record("no record")
            return
        }
        #expect(gone.schedule.isEmpty && gone.name == "app:job" && gone.sums.runs == 1)
    }

    @Test("To a ledger that knows nothing any more, life and job are said again")
    func again() throws {
        let desk = try Desk()
        var name = LedgerName()
        desk.writer.introduce(&name, desk.job, JobRecord(), at: now)
        let number = name.number
        _ = try desk.records()
        desk.writer.beginAgain()
        name.isKnown = false
        desk.writer.introduce(&name, desk.job, JobRecord(), at: now)
        let records = try desk.records()
        guard records.count == 2, case .life = records[0], case .job(let job) = records[1] else {
            Issue.record("\(records)")
            return
        }
        #expect(job.job == number)
    }

    @Test("How a job stands is written down when it changes")
    func standing() throws {
        let desk = try Desk()
        var (name, standing) = (LedgerName(), JobStanding())
        desk.writer.introduce(&name, desk.job, JobRecord(), at: now)
        _ = try desk.records()
        desk.writer.note(standing, of: &name)
        #expect(try desk.records().isEmpty)
        (standing.failures, standing.isFailing) = (3, true)
        desk.writer.note(standing, of: &name)
        desk.writer.note(standing, of: &name)
        #expect(
            try desk.records()
                == [.standing(.init(job: name.number, failures: 3, isFailing: true, isLate: false))])
    }

    @Test("Events are what people should know, without the outcomes and the jobs' own lines")
    func events() throws {
        let desk = try Desk()
        var name = LedgerName()
        desk.writer.introduce(&name, desk.job, JobRecord(), at: now)
        _ = try desk.records()
        let tap = LogTap()
        tap.note(.warning, "Worker exited", ["entry": "app:job", "status": "before it was open"])
        tap.open()
        tap.note(
            .warning, "Worker exited",
            [
                "entry": "app:job", "pid": .number(5), "status": "signal 9 (SIGKILL)", "text": "say \"no\" = \\",
                "version": "7",
            ])
        tap.note(.info, "Worker started", ["entry": "app:job"])
        tap.note(.info, "Scheduler started", ["pid": .number(1)])
        tap.note(.error, "TICK FAILED", ["entry": "app:job"])
        tap.note(.error, "disk is full", ["entry": "app:job", "by": "job"])
        let (events, lost) = tap.take()
        #expect(
            events.map(\.message) == ["Worker exited", "Scheduler started"] && lost == 0 && tap.take().events.isEmpty)
        for event in events { desk.writer.note(event, of: event.fields.text(LogTap.entry) == nil ? nil : name) }
        let records = try desk.records()
        guard case .incident(let exit) = records.first, case .incident(let start) = records.last else {
            Issue.record("\(records)")
            return
        }
        #expect(
            exit.job == name.number
                && exit.text == #"pid=5 status="signal 9 (SIGKILL)" text="say \"no\" = \\" version="7""#)
        #expect(start.job == nil && start.kind == "Scheduler started" && start.text == "pid=1")
    }
}
