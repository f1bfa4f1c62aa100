import Clocks
import LedgerRecords
import LedgerStore
import Model
import Turns

/// What a store is to answer, written plainly: it keeps all that it was told and looks at all of it. What is said of each record stands
/// in one place, and nothing is folded.
final class MemoryStore: LedgerStore, LedgerView {
    private(set) var position: JournalPosition?
    private(set) var unfolded = 0

    private struct Job {
        var name: String
        var books: Int64
        var sums: LedgerRecord.Sums
        var base: Int64?
        var runs: Int64
        var standing: LedgerRecord.Standing
        var schedule: String
        var history: RunPolicy.History
        var open: (run: Int64, begin: LedgerRecord.Begin)?
        /// Of which that is.
        var boot = ""
        /// The last that was booked of it is this gap.
        var gap: Int?
        /// What it was let begin last, and in which boot; and whether nothing was heard of that since.
        var claim: (record: LedgerRecord.Claim, run: Int64, boot: String)?
        var isClaimOpen = false

        /// What nobody will say more of, if the machine ends now.
        var unheard: (run: Int64, begin: LedgerRecord.Begin, boot: String)? {
            if let open { return (open.run, open.begin, boot) }
            guard isClaimOpen, let claim else { return nil }
            let record = claim.record
            let begin = LedgerRecord.Begin(
                job: record.job, run: claim.run, slot: record.slot, attempt: record.attempt,
                cause: record.attempt > 1 ? .retry : .slot, began: record.at, lateness: .zero, pid: 0)
            return (claim.run, begin, claim.boot)
        }
    }

    private struct Booked {
        var job: String
        var hour: Int64
        var row: RunRow?
        var outcome: Outcome
        var slots: Int64
        var isBeside = false
    }

    private var jobs: [String: Job] = [:]
    private var names: [Int64: String] = [:]
    private var life: Int64?
    private var boot = ""
    private var runs: [RunRow] = []
    private var gaps: [(row: GapRow, order: Int64)] = []
    /// So many gaps were ever made.
    private var made = Int64(0)
    private var booked: [Booked] = []
    private var lines: [(job: String, run: Int64, text: String)] = []
    private var events: [IncidentRow?] = []
    private var lost: [LossClass: Int64] = [:]

    // MARK: Taking

    func append(_ batch: RecordBatch, _ durability: Durability) -> Appended {
        var result = Appended()
        if position?.journal != batch.journal { position = JournalPosition(journal: batch.journal, number: 0) }
        for each in batch.records where each.number > position?.number ?? 0 {
            position?.number = each.number
            result.records += 1
            take(each.record, &result)
        }
        return result
    }

    private func take(_ record: LedgerRecord?, _ result: inout Appended) {
        switch record {
        case nil:
            result.unread += 1
            lost[.unread, default: 0] += 1
        case .life(let record):
            if record.uid != life { names = [:] }
            (life, boot) = (record.uid, record.boot)
            for (name, job) in jobs {
                guard let open = job.unheard, open.boot != boot else { continue }
                interrupt(open.run, open.begin, name, at: record.began, &result)
                jobs[name]?.open = nil
                jobs[name]?.isClaimOpen = false
                let slot = open.begin.slot
                let index = Outcome.interrupted.index
                if slot == nil { jobs[name]?.sums.besides[index] += 1 } else { jobs[name]?.sums.slots[index] += 1 }
                guard let slot else { continue }
                jobs[name]?.sums.accounted = slot
                jobs[name]?.gap = nil
            }
        case .job(let record): introduce(record, &result)
        case .begin(let record):
            guard let name = name(record.job, &result) else { return }
            let run = number(record.run, name, &result)
            jobs[name]?.open = (run, record)
            jobs[name]?.boot = boot
        case .booking(let record):
            guard let name = name(record.job, &result) else { return }
            if let run = record.run { take(record, run, name, &result) } else { takeGap(record, name) }
        case .output(let record):
            guard let name = name(record.job, &result) else { return }
            lines.append((name, number(record.run, name, &result), record.text))
        case .incident(let record):
            var job: String?
            if let number = record.job {
                guard let name = name(number, &result) else { return }
                job = name
            }
            events.append(IncidentRow(at: record.at.inMicroseconds, job: job, kind: record.kind, text: record.text))
        case .standing(let record):
            guard let name = name(record.job, &result) else { return }
            jobs[name]?.standing = record
        case .claim(let record): take(record, &result)
        }
    }

    private func take(_ record: LedgerRecord.Claim, _ result: inout Appended) {
        guard let name = name(record.job, &result) else { return }
        var isGranted = true
        if let last = jobs[name]?.claim {
            let (before, now) = (last.record.slot.microseconds, record.slot.microseconds)
            isGranted = before < now || before == now && last.record.attempt < record.attempt
            if before == now, last.record.attempt == record.attempt {
                isGranted = last.boot == boot && jobs[name]?.isClaimOpen == true
            }
            if before > record.at.microseconds + 3 * 3_600 * 1_000_000 { isGranted = true }
        }
        result.claims.append(.init(job: name, slot: record.slot, attempt: record.attempt, isGranted: isGranted))
        guard isGranted else { return }
        let run = number(record.run, name, &result)
        jobs[name]?.claim = (record, run, boot)
        jobs[name]?.isClaimOpen = true
    }

    private func name(_ number: Int64, _ result: inout Appended) -> String? {
        if names[number] == nil { result.missesNames = true }
        return names[number]
    }

    private func introduce(_ record: LedgerRecord.Job, _ result: inout Appended) {
        names[record.job] = record.name
        guard var job = jobs[record.name] else {
            jobs[record.name] = Job(
                name: record.name, books: record.books, sums: record.sums, base: 0, runs: record.sums.runs,
                standing: record.standing, schedule: record.schedule,
                history: record.schedule.isEmpty ? .init() : record.history)
            return
        }
        var before = job.sums
        if job.books != record.books {
            before = LedgerRecord.Sums()
            (job.base, job.gap) = (nil, nil)
            if let open = job.unheard { interrupt(open.run, open.begin, record.name, at: record.at, &result) }
            (job.open, job.isClaimOpen) = (nil, false)
        }
        let isLower = Outcome.allCases.contains { outcome in
            record.sums.slots[outcome.index] < before.slots[outcome.index]
                || record.sums.besides[outcome.index] < before.besides[outcome.index]
        }
        if isLower || record.schedule.isEmpty { job.gap = nil }
        for outcome in Outcome.allCases where !isLower {
            let slots = record.sums.slots[outcome.index] - before.slots[outcome.index]
            let besides = record.sums.besides[outcome.index] - before.besides[outcome.index]
            guard slots > 0 || besides > 0 else { continue }
            (job.gap, job.open, job.isClaimOpen) = (nil, nil, false)
            lose(record, outcome, slots: slots, besides: besides, &result)
        }
        if record.sums.runs > 0 {
            if job.base == nil, record.sums.runs < job.runs {
                job.base = job.runs
                result.moved.append(.init(job: record.name, by: job.runs))
            }
            job.base = job.base ?? 0
            job.runs = max(job.runs, record.sums.runs + (job.base ?? 0))
        }
        (job.books, job.sums, job.standing) = (record.books, record.sums, record.standing)
        job.schedule = record.schedule
        if !record.schedule.isEmpty { job.history = record.history }
        jobs[record.name] = job
    }

    private func lose(
        _ record: LedgerRecord.Job, _ outcome: Outcome, slots: Int64, besides: Int64, _ result: inout Appended
    ) {
        result.lost += slots + besides
        lost[.rows, default: 0] += slots + besides
        let hour = record.at.hour
        booked.append(Booked(job: record.name, hour: hour, outcome: outcome, slots: slots))
        for _ in 0..<besides {
            booked.append(Booked(job: record.name, hour: hour, outcome: outcome, slots: 0, isBeside: true))
        }
    }

    private func interrupt(
        _ run: Int64, _ begin: LedgerRecord.Begin, _ name: String, at moment: WallInstant, _ result: inout Appended
    ) {
        result.interrupted += 1
        let row = RunRow(
            job: name, run: run, slot: begin.slot?.inMicroseconds, attempt: Int64(begin.attempt),
            cause: begin.cause, outcome: .interrupted, reason: .down, settles: begin.slot != nil,
            began: begin.began.inMicroseconds, duration: .zero, lateness: begin.lateness.inMicroseconds, code: nil,
            retryAfter: nil, text: "", fullLength: nil)
        runs.append(row)
        booked.append(
            Booked(
                job: name, hour: moment.hour, row: row, outcome: .interrupted,
                slots: begin.slot == nil ? 0 : 1, isBeside: begin.slot == nil))
    }

    private func number(_ run: Int64, _ name: String, _ result: inout Appended) -> Int64 {
        guard var job = jobs[name] else { return run }
        defer { jobs[name] = job }
        if job.base == nil {
            job.base = run <= job.runs ? job.runs : 0
            if run <= job.runs { result.moved.append(.init(job: name, by: job.runs)) }
        }
        job.sums.runs = max(job.sums.runs, run)
        job.runs = max(job.runs, run + (job.base ?? 0))
        return run + (job.base ?? 0)
    }

    private func take(
        _ record: LedgerRecord.Booked, _ run: LedgerRecord.Booked.Run, _ name: String, _ result: inout Appended
    ) {
        let number = number(run.number, name, &result)
        let row = RunRow(
            job: name, run: number, slot: record.first?.inMicroseconds, attempt: Int64(run.attempt), cause: run.cause,
            outcome: record.outcome, reason: record.reason, settles: record.count > 0,
            began: run.began.inMicroseconds, duration: run.duration.inMicroseconds,
            lateness: run.lateness.inMicroseconds, code: run.code, retryAfter: run.retryAfter?.inMicroseconds,
            text: run.text, fullLength: run.fullLength)
        if record.isGivenUp {
            for index in runs.indices where runs[index].job == name && runs[index].run == number {
                runs[index].settles = true
            }
        } else {
            runs.append(row)
        }
        let isBeside = record.last == nil
        booked.append(
            Booked(
                job: name, hour: record.at.hour, row: record.isGivenUp ? nil : row, outcome: record.outcome,
                slots: record.count, isBeside: isBeside))
        if let open = jobs[name]?.open, open.run <= number { jobs[name]?.open = nil }
        if let claim = jobs[name]?.claim {
            let isPast = record.count > 0 && record.last.map { $0 >= claim.record.slot } ?? false
            if claim.run <= number || isPast { jobs[name]?.isClaimOpen = false }
        }
        if isBeside { jobs[name]?.sums.besides[record.outcome.index] += 1 }
        if record.count > 0 { jobs[name]?.gap = nil }
        settle(record, name)
    }

    private func settle(_ record: LedgerRecord.Booked, _ name: String) {
        jobs[name]?.sums.slots[record.outcome.index] += record.count
        if record.count > 0, let last = record.last { jobs[name]?.sums.accounted = last }
    }

    private func takeGap(_ record: LedgerRecord.Booked, _ name: String) {
        booked.append(Booked(job: name, hour: record.at.hour, outcome: record.outcome, slots: record.count))
        settle(record, name)
        if let claim = jobs[name]?.claim, let last = record.last, claim.record.slot <= last {
            jobs[name]?.isClaimOpen = false
        }
        guard let first = record.first?.inMicroseconds, let last = record.last?.inMicroseconds else { return }
        if let index = jobs[name]?.gap, gaps[index].row.outcome == record.outcome,
            gaps[index].row.reason == record.reason
        {
            gaps[index].row.last = max(gaps[index].row.last, last)
            gaps[index].row.count += record.count
        } else {
            let row = GapRow(
                job: name, first: first, last: last, count: record.count, outcome: record.outcome,
                reason: record.reason)
            made += 1
            gaps.append((row, made))
            jobs[name]?.gap = gaps.count - 1
        }
    }

    func fold() {}

    // MARK: Removing

    func prune(_ retention: Retention, at now: WallInstant, budget: Int) -> Pruned {
        var pruned = Pruned()
        let before = runs.count + gaps.count
        for (name, job) in jobs {
            let own = retention.of(job.history)
            keepNewest(own.runs, name) { $0.outcome.isOk }
            keepNewest(own.failures, name) { !$0.outcome.isOk }
            let oldest = own.oldest(at: now).inMicroseconds
            runs.removeAll { $0.job == name && $0.began < oldest }
            drop { $0.row.job == name && $0.row.last < oldest }
            let old = gaps.filter { $0.row.job == name }.map(\.order).sorted().dropLast(retention.gaps)
            drop { old.contains($0.order) }
        }
        let oldest = retention.oldest(at: now)
        for index in events.indices {
            if let event = events[index], event.at < oldest.inMicroseconds || index < events.count - retention.incidents
            {
                events[index] = nil
            }
        }
        let day = retention.firstHour(at: now)
        for index in booked.indices where booked[index].hour < day { booked[index].hour = booked[index].hour / 24 * 24 }
        let last = retention.oldestDay(at: now).hour / 24 * 24
        booked.removeAll { $0.hour < last }
        pruned.rows = before - runs.count - gaps.count
        return pruned
    }

    private func keepNewest(_ count: Int, _ name: String, _ isOne: (RunRow) -> Bool) {
        let old = Set(runs.filter { $0.job == name && isOne($0) }.map(\.run).sorted().dropLast(count))
        runs.removeAll { $0.job == name && isOne($0) && old.contains($0.run) }
    }

    /// A gap that is gone is not lengthened.
    private func drop(_ isGone: ((row: GapRow, order: Int64)) -> Bool) {
        let kept = gaps.filter { !isGone($0) }
        for (name, job) in jobs {
            guard let gap = job.gap else { continue }
            jobs[name]?.gap = kept.firstIndex { $0.order == gaps[gap].order }
        }
        gaps = kept
    }

    func forget(_ job: String, run: Int64?, before: WallInstant?) -> Int {
        var count = 0
        let known = runs
        for index in runs.indices where runs[index].job == job {
            let row = runs[index]
            guard run == nil || row.run == run, before.map({ row.began < $0.inMicroseconds }) ?? true else { continue }
            let wrote = lines.contains { $0.job == job && $0.run == row.run } && !row.outcome.isOk
            if wrote || !row.text.isEmpty { count += 1 }
            (runs[index].text, runs[index].fullLength) = ("", nil)
        }
        let last = lines.last { $0.job == job }?.run
        lines.removeAll { line in
            guard line.job == job, run == nil || line.run == run else { return false }
            let began = known.first { $0.job == job && $0.run == line.run }?.began
            return line.run == last || began.map { began in before.map { began < $0.inMicroseconds } ?? true } ?? true
        }
        return count
    }

    // MARK: Answers

    func resumptions() -> [JobResumption] {
        jobs.values.map { job in
            JobResumption(
                job: job.name, schedule: job.schedule, timezone: "", runs: job.runs,
                accounted: job.sums.accounted.inMicroseconds,
                failures: job.standing.failures, isFailing: job.standing.isFailing, isLate: job.standing.isLate,
                alerts: job.standing.alerts,
                open: job.unheard.map { .init(run: $0.run, slot: $0.begin.slot?.inMicroseconds) })
        }
    }

    func history(_ query: HistoryQuery) -> HistoryPage {
        var rows = runs.filter { !query.onlyFailures || $0.outcome.isFailure }.map {
            (HistoryKey(moment: $0.began.microseconds, order: 0), HistoryRow.run($0))
        }
        if !query.onlyFailures {
            rows += gaps.map { (HistoryKey(moment: $0.row.last.microseconds, order: $0.order), HistoryRow.gap($0.row)) }
        }
        rows = rows.filter { key, row in
            (query.job == nil || row.job == query.job) && (query.outcome == nil || row.outcome == query.outcome)
                && query.since.map { row.moment >= $0.inMicroseconds } ?? true
                && query.until.map { row.moment < $0.inMicroseconds } ?? true && query.before.map { key < $0 } ?? true
        }
        rows.sort { $0.0 > $1.0 }
        let page = rows.prefix(query.limit)
        return HistoryPage(rows: page.map(\.1), next: rows.count > query.limit ? page.last?.0 : nil)
    }

    func slots(of job: String, from start: WallInstant, to end: WallInstant) -> [HistoryRow] {
        let attempts = runs.filter { run in
            guard run.job == job, let slot = run.slot else { return false }
            return slot >= start && slot < end
        }
        let others = gaps.filter { $0.row.job == job && $0.row.last >= start && $0.row.first < end }
        return attempts.sorted { $0.run < $1.run }.map { .run($0) } + others.map { .gap($0.row) }
    }

    func sums(of job: String?, from start: WallInstant, to end: WallInstant) -> [JobSums] {
        var sums: [String: JobSums] = [:]
        for each in booked where each.hour >= start.hour && each.hour < end.hour && (job == nil || each.job == job) {
            var sum = sums[each.job] ?? JobSums(job: each.job)
            sum.slots[each.outcome] += each.slots
            if each.isBeside { sum.besides += 1 }
            if let row = each.row {
                sum.runs += 1
                (sum.busy, sum.longest) = (sum.busy + row.duration, max(sum.longest, row.duration))
                (sum.lateness, sum.latest) = (sum.lateness + row.lateness, max(sum.latest, row.lateness))
            }
            sums[each.job] = sum
        }
        return sums.values.sorted { $0.job < $1.job }
    }

    func incidents(_ query: IncidentQuery) -> IncidentPage {
        let rows = events.enumerated().reversed().compactMap { index, event -> (Int64, IncidentRow)? in
            guard let event, query.job == nil || event.job == query.job,
                query.since.map({ event.at >= $0.inMicroseconds }) ?? true,
                query.until.map({ event.at < $0.inMicroseconds }) ?? true, query.before.map({ index < $0 }) ?? true
            else { return nil }
            return (Int64(index), event)
        }
        let page = rows.prefix(query.limit)
        return IncidentPage(
            rows: page.map(\.1), next: rows.count > query.limit ? page.last?.0 : nil, numbers: page.map(\.0))
    }

    /// Its numbers begin at 0, as a place in a list does; those that are asked for at 1.
    func incidents(after number: Int64, job: String?, limit: Int) -> NewIncidents {
        let last = Int64(events.lastIndex { $0 != nil }.map { $0 + 1 } ?? 0)
        let start = number > last ? 0 : number
        let all = events.enumerated().compactMap { index, event -> (Int64, IncidentRow)? in
            guard let event, Int64(index) >= start, job == nil || event.job == job else { return nil }
            return (Int64(index) + 1, event)
        }
        let new = all.suffix(limit)
        return NewIncidents(
            rows: new.map(\.1), numbers: new.map(\.0), lost: Int64(all.count - new.count), last: last)
    }

    func hasEnded(_ run: Int64, of job: String) -> Bool { runs.contains { $0.job == job && $0.run >= run } }

    func hasRun(_ run: Int64, of job: String) -> Bool {
        runs.contains { $0.job == job && $0.run == run } || jobs[job]?.open?.run == run
    }

    func output(of job: String, run: Int64?) -> KeptOutput? {
        let own = lines.filter { $0.job == job }
        guard let last = own.map(\.run).last else { return nil }
        let wanted = run ?? last
        let isKept = jobs[job]?.history.output == .all
        let isBad = runs.contains { $0.job == job && $0.run == wanted && (!$0.outcome.isOk || isKept) }
        let written = own.filter { $0.run == wanted }.map { "\($0.text)\n" }
        guard !written.isEmpty, wanted == last || isBad else { return nil }
        var tail = written
        while tail.joined().utf8.count > OutputTails.longest { tail.removeFirst() }
        return KeptOutput(
            run: wanted, lines: Int64(written.count), bytes: Int64(written.joined().utf8.count), tail: tail.joined())
    }

    func losses() -> [LossClass: Int64] { lost }
    func hasJob(_ job: String) -> Bool { jobs[job] != nil }
}

extension HistoryRow {
    var outcome: Outcome {
        switch self {
        case .run(let run): run.outcome
        case .gap(let gap): gap.outcome
        }
    }

    var job: String {
        switch self {
        case .run(let run): run.job
        case .gap(let gap): gap.job
        }
    }
}
