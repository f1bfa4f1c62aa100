import Clocks
import LedgerRecords
import LedgerStore
import Model
import TestSupport
import Turns

/// A daemon that books what it likes, and knows exactly what it has booked.
struct PlayedDaemon {
    private(set) var journal = JournalID(high: 1, low: 1)
    private(set) var number = UInt64(0)
    /// What a ledger may still read.
    private(set) var records: [(number: UInt64, record: LedgerRecord)] = []
    /// The journal takes nothing.
    var isFull = false
    var now = WallInstant(seconds: 2_500_000_000)
    private var life = Int64(0)
    private var boot = "b"
    private var jobs: [String: Job] = [:]
    /// All that was ever booked, by job and hour.
    private(set) var truth: [String: Outcome.Counts] = [:]
    private(set) var besides: [String: Int64] = [:]
    /// Bookings that no record tells of.
    private(set) var dropped = Int64(0)
    var random: SeededGenerator

    struct Job {
        let name: String
        var number = Int64(0)
        var history = RunPolicy.History()
        var isIntroduced = false
        var books = Int64(0)
        var sums = LedgerRecord.Sums()
        var failures = Int64(0)
        /// A run that has begun, and an attempt that another is to follow.
        var going: (run: Int64, slot: WallInstant?, attempt: Int)?
        var owed: LedgerRecord.Booked?
    }

    init(jobs names: [String], seed: UInt64) {
        random = SeededGenerator(seed: seed)
        for name in names { jobs[name] = Job(name: name) }
    }

    var names: [String] { jobs.keys.sorted() }

    // MARK: The journal

    /// Returns whether there was room.
    @discardableResult
    mutating func write(_ record: LedgerRecord) -> Bool {
        number += 1
        guard !isFull else { return false }
        records.append((number, record))
        return true
    }

    mutating func free(through number: UInt64) { records.removeAll { $0.number <= number } }

    /// From the record after `position` on, at most so many.
    func batch(after position: JournalPosition?, most: Int) -> RecordBatch {
        var batch = RecordBatch(journal: journal)
        let start = position?.journal == journal ? position?.number ?? 0 : 0
        for (number, record) in records.filter({ $0.number > start }).prefix(most) {
            batch.append(record, number: number)
        }
        return batch
    }

    // MARK: Lives

    mutating func start(id: Int64) {
        life = id
        for (index, name) in names.enumerated() {
            jobs[name]?.number = Int64(index) + id % 3
            jobs[name]?.isIntroduced = false
        }
        write(.life(.init(uid: id, pid: 7, began: tick(), host: "h", boot: boot, version: "1", registry: "r")))
    }

    /// Another journal and other books, which go on with what a ledger knows, or with nothing.
    mutating func reboot(id: Int64, resuming known: [JobResumption]?) {
        (journal, number, records) = (JournalID(high: UInt64(id), low: 9), 0, [])
        boot = "b\(id)"
        for (index, name) in names.enumerated() {
            let resumption = known?.first { $0.job == name }
            jobs[name] = Job(name: name, books: id << 8 | Int64(index))
            if let resumption { jobs[name]?.sums.runs = resumption.runs }
        }
        start(id: id)
    }

    /// A job is taken out of the registry, and comes back with the number of its last run alone.
    mutating func forget(_ name: String) {
        guard var job = jobs[name], job.isIntroduced, job.going == nil, job.owed == nil else { return }
        let old = job.sums
        if random.chance(2) { job.isIntroduced = introduce(job, schedule: "") }
        job.sums = LedgerRecord.Sums()
        (job.sums.runs, job.sums.accounted) = (old.runs, old.accounted)
        job.isIntroduced = introduce(job)
        jobs[name] = job
    }

    /// The ledger does not know the names, or lacks records that were dropped.
    mutating func introduce() {
        write(.life(.init(uid: life, pid: 7, began: now, host: "h", boot: boot, version: "1", registry: "r")))
        for name in names { jobs[name]?.isIntroduced = false }
    }

    private mutating func tick() -> WallInstant {
        now = now + .milliseconds(Int64(1 + random.below(4_000)))
        return now
    }

    // MARK: Bookings

    /// Each step is one record, and often what must come before it.
    mutating func step() {
        let name = random.pick(names)
        guard var job = jobs[name] else { return }
        if !job.isIntroduced { job.isIntroduced = introduce(job) }
        switch random.below(10) {
        case 0, 1: bookGap(&job)
        case 2: standing(&job)
        case 3:
            write(
                .incident(.init(job: random.chance(2) ? job.number : nil, at: tick(), kind: "Reload", text: "n=1")),
                of: &job)
        case 4: giveUp(&job)
        default: if job.going == nil { begin(&job) } else { end(&job) }
        }
        jobs[name] = job
    }

    /// Without its `job` a record says nothing.
    private mutating func write(_ record: LedgerRecord, of job: inout Job) {
        guard job.isIntroduced, write(record) else {
            job.isIntroduced = false
            return
        }
    }

    private mutating func introduce(_ job: Job, schedule: String = "every 1s") -> Bool {
        write(
            .job(
                .init(
                    job: job.number, at: tick(), name: job.name, schedule: schedule, timezone: "", comment: "c",
                    books: job.books, sums: job.sums,
                    standing: .init(job: job.number, failures: job.failures, isFailing: false, isLate: false),
                    history: job.history)))
    }

    /// What its entry says is kept of it.
    mutating func setHistory(_ name: String) {
        var history = RunPolicy.History()
        if random.chance(2) { history.runs = 1 + random.below(30) }
        if random.chance(2) { history.failures = 1 + random.below(9) }
        if random.chance(2) { history.age = .seconds(Int64(60 + random.below(2_000))) }
        jobs[name]?.history = history
        jobs[name]?.isIntroduced = false
    }

    private mutating func begin(_ job: inout Job) {
        job.sums.runs += 1
        let slot = random.chance(5) ? nil : job.owed?.first ?? tick()
        job.going = (job.sums.runs, slot, job.owed == nil || slot == nil ? 1 : 2)
        if let slot, random.chance(3) {
            write(
                .claim(
                    .init(
                        job: job.number, run: job.sums.runs, slot: slot, attempt: job.going?.attempt ?? 1, at: tick())),
                of: &job)
        }
        if random.chance(3) { return }
        write(
            .begin(
                .init(
                    job: job.number, run: job.sums.runs, slot: slot, attempt: job.going?.attempt ?? 1, cause: .slot,
                    began: tick(), lateness: .milliseconds(2), pid: 12)), of: &job)
    }

    private mutating func end(_ job: inout Job) {
        guard let going = job.going else { return }
        job.going = nil
        let outcome = random.pick([Outcome.ok, .ok, .ok, .failed, .timeout, .cancelled])
        let isTriedAgain = going.slot != nil && outcome == .failed && random.chance(2)
        let retry: Nanoseconds? = isTriedAgain ? .seconds(1) : nil
        if going.slot == nil || isTriedAgain || going.attempt > 1 || job.owed == nil {} else { giveUp(&job) }
        let booked = LedgerRecord.Booked(
            job: job.number, at: tick(), first: going.slot, last: going.slot,
            count: going.slot == nil || isTriedAgain ? 0 : 1, outcome: outcome,
            run: .init(
                number: going.run, attempt: going.attempt, began: now, lateness: .milliseconds(1),
                duration: .milliseconds(Int64(random.below(9_000))), code: outcome == .failed ? 3 : nil,
                retryAfter: retry, text: outcome.isOk ? "" : "it broke"))
        if going.slot != nil { job.owed = isTriedAgain ? booked : nil }
        book(booked, &job)
    }

    private mutating func giveUp(_ job: inout Job) {
        guard job.going == nil, var booked = job.owed else { return }
        job.owed = nil
        (booked.count, booked.isGivenUp, booked.reason, booked.at) = (1, true, .overlap, tick())
        booked.job = job.number
        book(booked, &job)
    }

    private mutating func bookGap(_ job: inout Job) {
        guard job.going == nil else { return }
        giveUp(&job)
        let (first, count) = (tick(), Int64(1 + random.below(5)))
        let (outcome, reason) = random.pick([
            (Outcome.skipped, Booking.Reason.overlap), (.missed, .down), (.missed, .down),
        ])
        book(
            .init(
                job: job.number, at: now, first: first, last: count == 1 ? first : tick(), count: count,
                outcome: outcome, reason: reason), &job)
    }

    private mutating func book(_ booked: LedgerRecord.Booked, _ job: inout Job) {
        let before = records.count
        write(.booking(booked), of: &job)
        let isBeside = booked.run != nil && booked.first == nil
        if records.count == before { dropped += booked.count + (isBeside ? 1 : 0) }
        job.sums.slots[booked.outcome.index] += booked.count
        truth[job.name, default: .init()][booked.outcome] += booked.count
        if isBeside {
            job.sums.besides[booked.outcome.index] += 1
            besides[job.name, default: 0] += 1
        }
        if booked.count > 0, let last = booked.last { job.sums.accounted = last }
    }

    private mutating func standing(_ job: inout Job) {
        job.failures = Int64(random.below(4))
        write(
            .standing(
                .init(
                    job: job.number, failures: job.failures, isFailing: job.failures > 2, isLate: random.chance(2),
                    alerts: Int64(random.below(900)))),
            of: &job)
        // A ledger that was not told finds it with the job.
    }
}
