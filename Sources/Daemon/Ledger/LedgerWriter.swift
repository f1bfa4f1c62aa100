import Clocks
import Journal
import LedgerRecords
import Model
import Schedules
import Supervision
import Turns
import Values

/// Writes down for the ledger what the jobs come to. A record of a job comes after the job's name: what there is no room
/// for is left to the sums that are written with the name when there is room again.
final class LedgerWriter {
    private let books: JobBooks
    private let journal: JournalWriter
    let life: LedgerRecord.Life
    private var isLifeKnown = false
    /// Of a job in this life.
    private(set) var lastNumber: Int64
    var youngRuns = YoungRuns()
    /// Whether the ledger is to hear the names of jobs that it does not know.
    private(set) var hasStrangers = true

    /// `after`: the number of a job that was given last in this life.
    init(_ books: JobBooks, _ journal: JournalWriter, _ life: LedgerRecord.Life, after lastNumber: Int64 = 0) {
        (self.books, self.journal, self.life, self.lastNumber) = (books, journal, life, lastNumber)
    }

    /// In hundredths of the journal, what is not freed.
    var fill: Int { journal.used * 100 / journal.capacity }
    /// In bytes.
    var used: Int { journal.used }
    var capacity: Int { journal.capacity }
    var written: UInt64 { journal.written }
    func isFreed(through position: UInt64) -> Bool { journal.isFreed(through: position) }
    var readerNews: JournalReaderNews { journal.readerNews }
    var lost: JournalLoss { journal.lost }
    var losses: UInt64 { journal.losses }
    /// Much is not freed.
    var isBehind: Bool { journal.isHalfFull }

    // MARK: Names

    /// The ledger has lost what was said before: all is to be said again.
    func beginAgain() { (isLifeKnown, hasStrangers) = (false, true) }

    /// Between two steps of the job: `record` has what it came to.
    func introduce(_ name: inout LedgerName, _ job: JobDefinition, _ record: JobRecord, at now: Moment) {
        let sums = LedgerRecord.Sums(record.onGrid(of: job.schedule), job.schedule.rule.clock, at: now)
        let isNew = name.number == 0
        if isNew { name.first = sums }
        guard sayLife() else { return }
        if isNew {
            lastNumber += 1
            name.number = lastNumber
        }
        var words = LedgerRecord.Name(
            job: name.number, at: now.wall, name: job.id.description, schedule: job.schedule.words,
            timezone: job.schedule.zone?.name ?? "", comment: job.meta["comment"]?.string ?? "",
            books: Int64(bitPattern: books.id), sums: name.first ?? sums, standing: .init(name.number, record.standing),
            history: job.policy.history)
        name.isKnown = stage(words)
        if name.isKnown, name.first != nil, name.first != sums {
            words.sums = sums
            name.isKnown = stage(words)
        }
        if name.isKnown { (name.standing, name.first) = (record.standing, nil) } else { hasStrangers = true }
    }

    /// The job is not in the registry any more: if it comes back, its slots begin anew.
    func close(_ name: inout LedgerName, _ id: EntryID, _ record: JobRecord, _ clock: ScheduleClock, at now: Moment) {
        guard name.isKnown else { return }
        let sums = LedgerRecord.Sums(record, clock, at: now)
        _ = stage(absent(name.number, id, sums, at: now))
    }

    /// The same of one that this life has not had.
    func close(_ id: EntryID, runs: Int64, at now: Moment) {
        guard sayLife() else { return }
        lastNumber += 1
        var sums = LedgerRecord.Sums()
        sums.runs = runs
        _ = stage(absent(lastNumber, id, sums, at: now))
    }

    private func absent(
        _ number: Int64, _ id: EntryID, _ sums: LedgerRecord.Sums, at now: Moment
    ) -> LedgerRecord.Name {
        LedgerRecord.Name(
            job: number, at: now.wall, name: id.description, schedule: "", timezone: "", comment: "",
            books: Int64(bitPattern: books.id), sums: sums, standing: .init(number, JobStanding()))
    }

    private func stage(_ words: LedgerRecord.Name) -> Bool {
        journal.stage(LedgerRecord.job(words).frame, .row, isCounted: false)
    }

    private func sayLife() -> Bool {
        if !isLifeKnown { isLifeKnown = journal.stage(LedgerRecord.life(life).frame, .row, isCounted: false) }
        if !isLifeKnown { hasStrangers = true }
        return isLifeKnown
    }

    /// To be called before those that are not known are introduced.
    func takeStrangers() -> Bool {
        defer { hasStrangers = false }
        return hasStrangers
    }

    // MARK: What happens

    /// `hasText`: with what the run has said.
    func note(
        _ booking: Booking, of name: inout LedgerName, _ clock: ScheduleClock, at now: Moment, hasText: Bool = true
    ) {
        // The sums of a job that is introduced later have this slot too.
        guard name.isKnown else { return journal.lose(.row) }
        let frame = LedgerRecord.frame(of: booking, name.number, clock, at: now, hasText: hasText)
        if !journal.stage(frame, .row) { (name.isKnown, hasStrangers) = (false, true) }
    }

    func note(_ run: Phase.Run, of name: LedgerName, pid: Int32, _ clock: ScheduleClock, at now: Moment) {
        guard name.isKnown else { return journal.lose(.incident) }
        let slot = run.slot.map { now.wall(of: $0, on: clock) }
        let record = LedgerRecord.Begin(
            job: name.number, run: run.number, slot: slot, attempt: run.attempt,
            cause: .init(call: run.call, attempt: run.attempt, hasSlot: slot != nil, isCaughtUp: run.isCaughtUp),
            began: run.began.wall,
            lateness: run.lateness, pid: pid)
        journal.stage(LedgerRecord.begin(record).frame, .incident)
    }

    /// Returns whether there is room for it.
    func note(_ claim: SlotClaims.Claim, of name: LedgerName, at now: Moment) -> Bool {
        guard name.isKnown else { return false }
        let record = LedgerRecord.Claim(
            job: name.number, run: claim.run, slot: claim.slot, attempt: claim.attempt, at: now.wall)
        return journal.stage(LedgerRecord.claim(record).frame, .row, isCounted: false)
    }

    /// If it is another one than before.
    func note(_ standing: JobStanding, of name: inout LedgerName) {
        guard name.isKnown, name.standing != standing else { return }
        name.standing = standing
        let record = LedgerRecord.standing(.init(name.number, standing))
        if !journal.stage(record.frame, .row) { (name.isKnown, hasStrangers) = (false, true) }
    }

    func note(output text: String, isError: Bool, run: Int64, of name: LedgerName, at now: Moment) {
        guard name.isKnown else { return journal.lose(.output) }
        let record = LedgerRecord.Output(job: name.number, run: run, at: now.wall, isError: isError, text: text)
        journal.stage(LedgerRecord.output(record).frame, .output)
    }

    func loseEvent() { journal.lose(.incident) }

    /// `name`: `nil`, it concerns the daemon. `hasText`: with what the job has said.
    func note(_ event: LogTap.Event, of name: LedgerName?, hasText: Bool = true) {
        guard sayLife() else { return journal.lose(.incident) }
        let job = name.flatMap { $0.isKnown ? $0.number : nil }
        // Of a job that has no name here the text says which it is.
        let words = event.fields.words(but: (job == nil ? [] : [LogTap.entry]) + (hasText ? [] : LogTap.texts))
        let record = LedgerRecord.Incident(job: job, at: event.at, kind: event.message, text: words)
        journal.stage(LedgerRecord.incident(record).frame, .incident)
    }
}

extension LedgerRecord.Sums {
    fileprivate init(_ record: JobRecord, _ clock: ScheduleClock, at now: Moment) {
        self.init()
        (runs, accounted) = (record.books.runs, now.wall(of: record.books.accounted, on: clock))
        for outcome in Outcome.allCases {
            slots[outcome.index] = record.books.counts[outcome]
            besides[outcome.index] = record.books.besides[outcome]
        }
    }
}

extension JobRecord {
    /// With which the grid of an interval can be gone on with: up to one of its slots, and not to a moment between two.
    fileprivate func onGrid(of schedule: Schedule) -> JobRecord {
        guard case .interval = schedule.rule else { return self }
        var record = self
        let timetable = schedule.timetable(from: books.start)
        record.books.accounted = timetable.last(through: books.accounted) ?? books.start
        return record
    }
}

extension LedgerRecord.Standing {
    fileprivate init(_ job: Int64, _ standing: JobStanding) {
        self.init(
            job: job, failures: Int64(standing.failures), isFailing: standing.isFailing, isLate: standing.isLate,
            alerts: standing.inOneNumber)
    }
}

extension Schedule {
    /// All that says when the slots are, but for the zone: of one that is written alike the slots go on.
    var words: String {
        var words = ["\(key) \(text)"]
        if hasSeconds { words.append("with seconds") }
        if case .aligned = rule { words.append("aligned") }
        return words.joined(separator: " ")
    }
}
