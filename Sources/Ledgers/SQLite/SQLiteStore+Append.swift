import Clocks
import LedgerRecords
package import LedgerStore
import Model
import Turns

extension SQLiteStore {
    package func append(_ batch: RecordBatch, _ durability: Durability) throws(LedgerError) -> Appended {
        let tails = self.tails.saved
        do throws(LedgerError) {
            return try writing(durability) { () throws(LedgerError) in
                var result = Appended()
                for each in batch.new(after: position) {
                    result.records += 1
                    let isCounted =
                        batch.journal == countedThrough?.journal && each.number <= countedThrough?.number ?? 0
                    try take(each.record, isCounted: isCounted, &result)
                }
                try saveOpenRuns()
                try move(to: batch.end(from: position))
                return result
            }
        } catch {
            // The batch comes again, with the lines that are in it.
            self.tails.restore(tails)
            throw error
        }
    }

    /// With a change even if it is where it was: a commit that changes no byte is not synced, nor what was committed before it.
    private func move(to next: JournalPosition) throws(LedgerError) {
        try database.change(
            "UPDATE meta SET journal = ?, number = ?, life = ?, seq = ?, commits = commits + 1",
            .text(next.journal.description),
            .integer(Int64(clamping: next.number)), .integer(life), .integer(seq))
        position = next
    }

    /// `isCounted`: the sums of the job have it.
    private func take(_ record: LedgerRecord?, isCounted: Bool, _ result: inout Appended) throws(LedgerError) {
        guard isCounted, case .booking(let booked) = record, let place = known.placesByNumber[booked.job] else {
            return try take(record, &result)
        }
        let sums = known.accounts[place].sums
        try take(record, &result)
        known.accounts[place].restore(sums)
    }

    private func take(_ record: LedgerRecord?, _ result: inout Appended) throws(LedgerError) {
        switch record {
        case nil:
            result.unread += 1
            try lose(1, .unread, at: nil)
        case .life(let life): try take(life, &result)
        case .job(let job): try take(job, &result)
        case .begin(let begin): try take(begin, &result)
        case .booking(let booked): try take(booked, &result)
        case .output(let output): try take(output, &result)
        case .incident(let incident): try take(incident, &result)
        case .standing(let standing): try take(standing, &result)
        case .claim(let claim): try take(claim, &result)
        }
    }

    /// `nil`: the daemon has not said which job that is, or has said it to another store.
    func place(_ number: Int64, _ result: inout Appended) -> Int? {
        let place = known.placesByNumber[number]
        if place == nil { result.missesNames = true }
        return place
    }

    // MARK: Lives and jobs

    private func take(_ record: LedgerRecord.Life, _ result: inout Appended) throws(LedgerError) {
        try database.change(
            """
            INSERT INTO life (uid, pid, began, host, boot, version, registry) VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (uid) DO NOTHING
            """,
            .integer(record.uid), SQLValue(Int(record.pid)), .integer(record.began.microseconds),
            SQLValue(record.host), SQLValue(record.boot), SQLValue(record.version), SQLValue(record.registry))
        let id = try database.number("SELECT id FROM life WHERE uid = ?", .integer(record.uid)) ?? 0
        if id != life { known.placesByNumber = [:] }
        life = id
        try interruptRuns(ofOtherBootsThan: record, &result)
    }

    /// Also those of jobs that the registry does not have any more: nobody else will close them.
    private func interruptRuns(
        ofOtherBootsThan record: LedgerRecord.Life, _ result: inout Appended
    ) throws(LedgerError) {
        let open = known.accounts.indices.filter { known.accounts[$0].unheard != nil }
        guard !open.isEmpty, !record.boot.isEmpty else { return }
        let lives = Set(
            try database.rows("SELECT id FROM life WHERE boot <> ?", [.text(record.boot)]) { $0.integer(0) })
        for place in open {
            guard let run = known.accounts[place].unheard, lives.contains(run.life) else { continue }
            try interrupt(run, place, at: record.began, &result)
            known.accounts[place].close(run)
            try saveClaim(of: place)
        }
    }

    private func take(_ record: LedgerRecord.Job, _ result: inout Appended) throws(LedgerError) {
        let place = known.place(name: record.name)
        let made: Int
        if let place { made = place } else { made = try add(record) }
        known.placesByNumber[record.job] = made
        let shown = known.accounts[made].introduce(record, isNew: place == nil)
        // A run whose end was dropped is not open any more.
        changedRuns.insert(made)
        try database.change(
            "INSERT OR REPLACE INTO life_job (life, idx, job) VALUES (?, ?, ?)", .integer(life), .integer(record.job),
            .integer(known.accounts[made].id))
        if let run = shown.interrupted { try interrupt(run, made, at: record.at, &result) }
        try lose(shown, made, at: record.at, &result)
        note(movedBy: shown.movedBy, made, &result)
        try save(made)
        try saveClaim(of: made)
    }

    private func add(_ record: LedgerRecord.Job) throws(LedgerError) -> Int {
        let id = try database.number(
            """
            INSERT INTO job (name, seen, books, accounted, runs, failures, is_failing, is_late, seq, ok, bad, gaps,
            last_began, is_ordered)
            VALUES (?, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1) RETURNING id
            """, .text(record.name))
        return known.add(JobAccount(id: id ?? 0, name: record.name))
    }

    /// What was lost is in the sums, of the hour in which that turned out.
    private func lose(
        _ shown: JobAccount.Introduction, _ place: Int, at moment: WallInstant, _ result: inout Appended
    ) throws(LedgerError) {
        guard shown.lost > 0 else { return }
        result.lost += shown.lost
        try lose(shown.lost, .rows, at: moment)
        let slots = Outcome.allCases.sorted { $0.index < $1.index }.map { SQLValue.integer(shown.lostSlots[$0]) }
        let values = [.integer(moment.hour), .integer(known.accounts[place].id)] + slots
        try database.change(
            """
            INSERT INTO tally VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0)
            ON CONFLICT (hour, job) DO UPDATE SET \(Tally.addition)
            """, values + [0, .integer(shown.lostBesides)])
    }

    private func lose(_ count: Int64, _ kind: LossClass, at moment: WallInstant?) throws(LedgerError) {
        let hour = moment.map { WallInstant(hour: $0.hour).microseconds } ?? 0
        try database.change(
            """
            INSERT INTO loss (at, class, count) VALUES (?, ?, ?)
            ON CONFLICT (at, class) DO UPDATE SET count = count + excluded.count
            """, .integer(hour), .text(kind.rawValue), .integer(count))
    }

    /// Nobody will say what became of a run that was going when the machine went down.
    private func interrupt(
        _ run: JobAccount.OpenRun, _ place: Int, at moment: WallInstant, _ result: inout Appended
    ) throws(LedgerError) {
        result.interrupted += 1
        changedRuns.insert(place)
        known.accounts[place].addRow(.interrupted, began: run.began)
        try append(
            .run, place, at: moment, number: run.run, last: run.slot, count: run.slot == nil ? 0 : 1,
            RecentRun(
                life: run.life, slot: run.slot, attempt: run.attempt, cause: run.cause, outcome: .interrupted,
                reason: .down, began: run.began, lateness: run.lateness))
    }

    private func note(movedBy: Int64?, _ place: Int, _ result: inout Appended) {
        guard let movedBy else { return }
        result.moved.append(.init(job: known.accounts[place].name, by: movedBy))
    }

    // MARK: Runs

    /// The number that a run has here; `nil`: no run has such a one.
    func number(of run: Int64, _ place: Int, _ result: inout Appended) throws(LedgerError) -> Int64? {
        guard 1..<(1 << 39) ~= run else {
            result.unread += 1
            try lose(1, .unread, at: nil)
            return nil
        }
        let wasUndecided = known.accounts[place].base == nil
        let (number, movedBy) = known.accounts[place].number(of: run)
        note(movedBy: movedBy, place, &result)
        if wasUndecided {
            let account = known.accounts[place]
            try database.change("UPDATE job SET base = ? WHERE id = ?", SQLValue(account.base), .integer(account.id))
        }
        return number
    }

    private func take(_ record: LedgerRecord.Begin, _ result: inout Appended) throws(LedgerError) {
        guard let place = place(record.job, &result),
            let number = try number(of: record.run, place, &result)
        else { return }
        known.accounts[place].begin(
            .init(
                run: number, life: life, slot: record.slot, attempt: Int64(record.attempt), cause: record.cause,
                began: record.began, lateness: record.lateness, pid: Int64(record.pid)))
        changedRuns.insert(place)
        dirty.insert(place)
    }

    private func take(_ record: LedgerRecord.Booked, _ result: inout Appended) throws(LedgerError) {
        guard let place = place(record.job, &result) else { return }
        guard let run = record.run else { return try takeGap(record, place) }
        guard let number = try number(of: run.number, place, &result) else { return }
        known.accounts[place].book(
            run: number, slots: record.count, outcome: record.outcome, hasSlot: record.last != nil,
            accounted: record.last)
        changedRuns.insert(place)
        try settleClaim(of: place, by: number, through: record.count > 0 ? record.last : nil)
        let row = RecentRun(record, run, life: life)
        if record.isGivenUp {
            return try append(
                .settled, place, at: record.at, number: number, last: record.last, count: record.count, row)
        }
        known.accounts[place].addRow(record.outcome, began: run.began)
        try append(.run, place, at: record.at, number: number, last: record.last, count: record.count, row)
        if !record.outcome.isOk || known.accounts[place].history.output == .all { try keepOutput(of: number, place) }
        tails.end(number, of: known.accounts[place].id)
    }

    private func takeGap(_ record: LedgerRecord.Booked, _ place: Int) throws(LedgerError) {
        try settleClaim(of: place, by: nil, through: record.last)
        let gap = known.accounts[place].book(
            gap: seq + 1, slots: record.count, outcome: record.outcome, reason: record.reason, accounted: record.last)
        try append(
            .gap, place, at: record.at, number: gap, last: record.last, count: record.count,
            RecentRun(
                life: life, slot: record.first, attempt: 0, cause: .slot, outcome: record.outcome,
                reason: record.reason, began: record.at, lateness: .zero))
    }

    /// For those that outlast a batch.
    private func saveOpenRuns() throws(LedgerError) {
        for place in changedRuns {
            let account = known.accounts[place]
            if let run = account.open {
                try save(run, of: account.id)
                known.open.insert(place)
            } else if known.open.remove(place) != nil {
                try database.change("DELETE FROM open_run WHERE job = ?", .integer(account.id))
            }
        }
        changedRuns.removeAll(keepingCapacity: true)
    }

    private func save(_ run: JobAccount.OpenRun, of job: Int64) throws(LedgerError) {
        try database.change(
            "INSERT OR REPLACE INTO open_run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", .integer(job), .integer(run.run),
            .integer(run.life), SQLValue(run.slot?.microseconds), .integer(run.attempt), .integer(run.cause.rawValue),
            .integer(run.began.microseconds), .integer(run.lateness.wholeMicroseconds), .integer(run.pid))
    }

    // MARK: What else there is

    private func take(_ record: LedgerRecord.Output, _ result: inout Appended) throws(LedgerError) {
        guard let place = place(record.job, &result),
            let number = try number(of: record.run, place, &result)
        else { return }
        tails.append(record.text, run: number, of: known.accounts[place].id)
    }

    private func keepOutput(of run: Int64, _ place: Int) throws(LedgerError) {
        let job = known.accounts[place].id
        guard let output = tails.output(of: job, run: run) else { return }
        try database.change(
            "INSERT OR REPLACE INTO output (run, lines, bytes, tail) VALUES (?, ?, ?, ?)",
            .integer(RunID.of(job, run)), .integer(output.lines), .integer(output.bytes), SQLValue(output.tail))
    }

    private func take(_ record: LedgerRecord.Incident, _ result: inout Appended) throws(LedgerError) {
        var job: Int64?
        if let number = record.job {
            guard let place = place(number, &result) else { return }
            job = known.accounts[place].id
        }
        try database.change(
            "INSERT INTO incident (at, job, kind, text) VALUES (?, ?, ?, ?)", .integer(record.at.microseconds),
            SQLValue(job), .text(record.kind), SQLValue(record.text))
    }

    private func take(_ record: LedgerRecord.Standing, _ result: inout Appended) throws(LedgerError) {
        guard let place = place(record.job, &result) else { return }
        known.accounts[place].take(record)
        try append(
            .standing, place, at: WallInstant(nanoseconds: 0), number: record.failures, last: nil, count: 0,
            RecentRun(standing: record))
    }

    // MARK: The table

    /// A row of `recent`.
    private func append(
        _ kind: RecentKind, _ place: Int, at moment: WallInstant, number: Int64, last: WallInstant?, count: Int64,
        _ run: RecentRun
    ) throws(LedgerError) {
        seq += 1
        unfolded += 1
        dirty.insert(place)
        let head: [SQLValue] = [
            .integer(seq), .integer(kind.rawValue), .integer(known.accounts[place].id), .integer(moment.microseconds),
            .integer(number), SQLValue(last?.microseconds), .integer(count),
        ]
        try database.change(
            "INSERT INTO recent VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            head + run.values)
    }
}

/// The id of a run in the tables.
enum RunID {
    static let bits = Int64(40)

    static func of(_ job: Int64, _ run: Int64) -> Int64 { job << bits | run }

    /// Of all runs of a job.
    static func range(of job: Int64) -> (first: Int64, last: Int64) { (of(job, 0), of(job, 1 << bits - 1)) }

    static func job(of id: Int64) -> Int64 { id >> bits }
    static func run(of id: Int64) -> Int64 { id & (1 << bits - 1) }
}

/// The columns of a run in `recent`, and of what else stands there.
private struct RecentRun {
    var life = Int64(0)
    var slot: WallInstant?
    var attempt = Int64(0)
    /// As the table has it.
    var cause = Int64(0)
    var outcome = Outcome.ok
    var reason: Booking.Reason?
    var began = WallInstant(nanoseconds: 0)
    var duration = Nanoseconds.zero
    var lateness = Nanoseconds.zero
    var code: Int64?
    var retryAfter: Nanoseconds?
    var text = ""
    var fullLength: Int64?

    init(
        life: Int64, slot: WallInstant?, attempt: Int64, cause: LedgerRecord.Cause, outcome: Outcome,
        reason: Booking.Reason?, began: WallInstant, lateness: Nanoseconds
    ) {
        (self.life, self.slot, self.attempt, self.cause) = (life, slot, attempt, cause.rawValue)
        (self.outcome, self.reason, self.began, self.lateness) = (outcome, reason, began, lateness)
    }

    init(_ booked: LedgerRecord.Booked, _ run: LedgerRecord.Booked.Run, life: Int64) {
        self.init(
            life: life, slot: booked.first, attempt: Int64(run.attempt), cause: run.cause, outcome: booked.outcome,
            reason: booked.reason, began: run.began, lateness: run.lateness)
        (duration, code, retryAfter) = (run.duration, run.code, run.retryAfter)
        (text, fullLength) = (run.text, run.fullLength)
    }

    init(standing: LedgerRecord.Standing) {
        (attempt, cause) = (standing.isFailing ? 1 : 0, standing.isLate ? 1 : 0)
        began = WallInstant(microseconds: standing.alerts)
    }

    var values: [SQLValue] {
        [
            .integer(life), SQLValue(slot?.microseconds), .integer(attempt), .integer(cause),
            SQLValue(outcome.index), SQLValue(reason?.rawValue ?? ""), .integer(began.microseconds),
            .integer(duration.wholeMicroseconds), .integer(lateness.wholeMicroseconds), SQLValue(code),
            SQLValue(retryAfter?.wholeMicroseconds), SQLValue(text), SQLValue(fullLength),
        ]
    }
}
