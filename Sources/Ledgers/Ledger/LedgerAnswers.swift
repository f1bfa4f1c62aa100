import Clocks
import Kernel
import LedgerRecords
import LedgerStore
import Model
import SQLiteStore
import Turns
import Values
import Wire

/// Reads the database for those who ask.
final class LedgerAnswers {
    private let reader: SQLiteReader
    /// What was found to be broken.
    private(set) var damage: String?

    init(_ path: String, _ tails: SharedTails) throws(LedgerError) {
        reader = try SQLiteReader(path, tails: tails)
    }

    /// Of a ledger that perhaps nobody keeps.
    init(unkept path: String, isKept: Bool) throws(LedgerError) {
        reader = try SQLiteReader(unkept: path, isKept: isKept)
    }

    /// `showsTexts`: what runs say is for their operators.
    func answer(_ question: LedgerQuestion, showsTexts: Bool, _ tell: (LedgerAnswer) -> Void) {
        do throws(LedgerError) {
            switch question {
            case .history(let history): try answer(history, showsTexts, tell)
            case .slots(let slots): try answer(slots, showsTexts, tell)
            case .events(let events): try answer(events, showsTexts, tell)
            case .output(let output): try answer(output, tell)
            case .status, .check, .backup, .prune, .forget: break
            }
        } catch {
            if error.kind == .damaged { damage = error.text }
            tell(.refused(.init(.ledger, error.text)))
        }
    }

    /// Returns `false`, and refuses, if the ledger has never heard of the job.
    private func knows(_ entry: EntryID?, _ tell: (LedgerAnswer) -> Void) throws(LedgerError) -> Bool {
        guard let entry, try !reader.hasJob(entry.description) else { return true }
        tell(.refused(.init(.unknown, "the ledger has no job '\(entry)'")))
        return false
    }

    /// `nil`: the ledger knows the job, and the run if one is named.
    func refusal(of run: Int64?, _ entry: EntryID) -> LedgerAnswer? {
        do throws(LedgerError) {
            var refusal: LedgerAnswer?
            guard try knows(entry, { refusal = $0 }), let run else { return refusal }
            return try reader.hasRun(run, of: entry.description) ? nil : .refused(.init(.idle, Self.noRun(run, entry)))
        } catch {
            return nil
        }
    }

    private static func noRun(_ run: Int64, _ entry: EntryID) -> String {
        "the ledger has no run \(run) of '\(entry)'"
    }

    private func answer(
        _ question: LedgerQuestion.History, _ showsTexts: Bool, _ tell: (LedgerAnswer) -> Void
    ) throws(LedgerError) {
        guard try knows(question.entry, tell) else { return }
        var query = HistoryQuery(job: question.entry?.description, limit: Int(clamping: question.limit))
        (query.onlyFailures, query.outcome) = (question.onlyFailures, question.outcome)
        query.since = question.since.map { WallInstant(microseconds: $0) }
        query.until = question.until.map { WallInstant(microseconds: $0) }
        if let before = question.before { query.before = HistoryKey(moment: before, order: question.order ?? .max) }
        let page = try reader.history(query)
        for row in page.rows { tell(LedgerAnswer(row, showsTexts)) }
        tell(.done(.init(count: page.rows.count, before: page.next?.moment, order: page.next?.order)))
    }

    private func answer(
        _ question: LedgerQuestion.Slots, _ showsTexts: Bool, _ tell: (LedgerAnswer) -> Void
    ) throws(LedgerError) {
        guard try knows(question.entry, tell) else { return }
        let rows = try reader.slots(
            of: question.entry.description, from: WallInstant(microseconds: question.since),
            to: WallInstant(microseconds: question.until))
        for row in rows { tell(LedgerAnswer(row, showsTexts)) }
        tell(.done(.init(count: rows.count)))
    }

    private func answer(
        _ question: LedgerQuestion.Events, _ showsTexts: Bool, _ tell: (LedgerAnswer) -> Void
    ) throws(LedgerError) {
        guard try knows(question.entry, tell) else { return }
        var query = IncidentQuery(job: question.entry?.description, limit: Int(clamping: question.limit))
        query.since = question.since.map { WallInstant(microseconds: $0) }
        query.until = question.until.map { WallInstant(microseconds: $0) }
        query.before = question.before
        let page = try reader.incidents(query)
        for (row, number) in zip(page.rows, page.numbers) { tell(.event(.init(row, number, showsTexts))) }
        let last = query.before == nil ? try reader.incidents(IncidentQuery(limit: 1)).numbers.first ?? 0 : nil
        tell(.done(.init(count: page.rows.count, before: page.next, last: last)))
    }

    private func answer(
        _ question: LedgerQuestion.Output, _ tell: (LedgerAnswer) -> Void
    ) throws(LedgerError) {
        guard try knows(question.entry, tell) else { return }
        guard let output = try reader.output(of: question.entry.description, run: question.run) else {
            if let run = question.run, let refusal = refusal(of: run, question.entry) { return tell(refusal) }
            if try !reader.keepsOutput(of: question.entry.description) {
                let error = "what runs of '\(question.entry)' write is not kept (history.output: none)"
                return tell(.refused(.init(.disabled, error)))
            }
            return tell(.done(.init(count: 0)))
        }
        tell(.output(.init(run: output.run, lines: output.lines, bytes: output.bytes)))
        let lines = output.tail.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        for line in lines { tell(.line(text: String(line))) }
        tell(.done(.init(count: lines.count)))
    }

    // MARK: What comes

    private static let mostEvents = 1_000

    /// Tells what has come. Returns from where it goes on; `nil`: all is told.
    func goOn(_ following: Following, showsTexts: Bool, _ tell: (LedgerAnswer) -> Void) -> Following? {
        do throws(LedgerError) {
            switch following {
            case .events(let entry, let number):
                let new = try reader.incidents(after: number, job: entry?.description, limit: Self.mostEvents)
                if new.lost > 0 { tell(.lost(.init(events: new.lost))) }
                for (row, number) in zip(new.rows, new.numbers) { tell(.event(.init(row, number, showsTexts))) }
                return .events(entry, after: new.last)
            case .output(let entry, let run, let seen, let isGoing):
                let new = try reader.lines(of: run, entry.description, after: seen)
                if new.lost > 0 { tell(.lost(.init(lines: new.lost))) }
                for line in new.lines { tell(.line(text: line)) }
                // One that ended before this process began is in the database alone.
                var hasEnded = new.hasEnded
                if !hasEnded, !isGoing { hasEnded = try reader.hasEnded(run, of: entry.description) }
                guard hasEnded else {
                    return .output(entry, run: run, seen: new.seen, isGoing: true)
                }
                tell(.done(.init(count: Int(clamping: new.seen))))
                return nil
            }
        } catch {
            if error.kind == .damaged { damage = error.text }
            // It may be about to be opened anew.
            return following
        }
    }

    // MARK: How it is

    func status(of path: String) throws(LedgerError) -> LedgerAnswer {
        let extent = try reader.extent()
        var status = LedgerAnswer.Status()
        (status.path, status.engine, status.isOpen) = (path, "SQLite \(Database.version)", true)
        (status.jobs, status.runs, status.size) = (extent.jobs, extent.runs, extent.size)
        status.log = (try? FileSystem.status("\(path)-wal"))?.identity.size ?? 0
        status.lost = try reader.losses().values.reduce(0, +)
        return .status(status)
    }

    static func status(
        _ answers: LedgerAnswers?, _ board: LedgerDesk.Board, _ path: String, limit: Int64
    ) -> LedgerAnswer {
        var status = LedgerAnswer.Status()
        (status.path, status.engine, status.limit) = (path, "SQLite \(Database.version)", limit)
        (status.isOpen, status.trouble) = (answers != nil, board.trouble)
        (status.jobs, status.runs) = (Int64(board.jobs), board.runs)
        (status.size, status.log) = (board.size, board.log)
        (status.behind, status.journal) = (Int64(board.behind), Int64(board.capacity))
        status.lost = (try? answers?.reader.losses())?.values.reduce(0, +) ?? 0
        return .status(status)
    }
}

extension LedgerAnswer {
    fileprivate init(_ row: HistoryRow, _ showsTexts: Bool) {
        switch row {
        case .run(let run): self = .run(Run(run, showsTexts))
        case .gap(let gap): self = .gap(Gap(gap))
        }
    }
}

extension LedgerAnswer.Run {
    fileprivate init(_ row: RunRow, _ showsText: Bool) {
        self.init()
        (entry, number) = (EntryID(row.job) ?? EntryID(), row.run)
        (slot, attempt, cause) = (row.slot?.microseconds, row.attempt, row.cause.word)
        (outcome, reason, settles) = (row.outcome, row.reason?.rawValue, row.settles)
        (began, duration, lateness) = (row.began.microseconds, max(.zero, row.duration), max(.zero, row.lateness))
        (code, retryAfter) = (row.code, row.retryAfter?.wholeMicroseconds)
        if showsText { (text, fullLength) = (row.text, row.fullLength) }
    }
}

extension Following {
    /// `nil`: the question is about what there is.
    init?(_ question: LedgerQuestion) {
        switch question {
        case .events(let events):
            guard let after = events.after else { return nil }
            self = .events(events.entry, after: after)
        case .output(let output):
            guard let after = output.after, let run = output.run else { return nil }
            self = .output(output.entry, run: run, seen: after, isGoing: false)
        default: return nil
        }
    }
}

extension LedgerAnswer.Event {
    fileprivate init(_ row: IncidentRow, _ number: Int64, _ showsText: Bool) {
        self.init(
            number: number, at: row.at.microseconds, entry: row.job.flatMap { EntryID($0) }, kind: row.kind,
            text: showsText ? row.text : "")
    }
}

extension LedgerAnswer.Gap {
    fileprivate init(_ row: GapRow) {
        self.init()
        entry = EntryID(row.job) ?? EntryID()
        (first, last, count) = (row.first.microseconds, row.last.microseconds, row.count)
        (outcome, reason) = (row.outcome, row.reason?.rawValue)
    }
}
