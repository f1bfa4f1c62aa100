package import Clocks
import Crontabs
import Host
package import Schedules
package import Values
package import Wire

/// What is to be said of a slot that a ledger has no row of: as far as its daemon tells, and what the ledger has around it.
package struct SlotAbsence {
    private let entry: EntryID
    private let moment: WallInstant
    private let now: WallInstant
    /// `nil`: there is no daemon, or it has no such job.
    private let job: JobStatus?
    /// Of the ledger, before it and after it.
    private let before: WallInstant?
    private let after: WallInstant?

    package init(
        _ ledger: LedgerClient, _ client: DaemonClient?, _ entry: EntryID, at moment: WallInstant, now: WallInstant
    ) throws(DaemonFailure) {
        (self.entry, self.moment, self.now) = (entry, moment, now)
        job = client.flatMap { Self.job(entry, $0) }
        (before, after) = (try Self.last(ledger, entry, moment), try Self.first(ledger, entry, moment))
    }

    package static func job(_ entry: EntryID, _ client: DaemonClient) -> JobStatus? {
        var job: JobStatus?
        _ = try? client.ask(.status(entry: entry)) { if case .job(let status) = $0 { job = status } }
        return job
    }

    // MARK: What the ledger has

    private static func last(
        _ ledger: LedgerClient, _ entry: EntryID, _ moment: WallInstant
    ) throws(DaemonFailure) -> WallInstant? {
        var question = LedgerQuestion.History()
        (question.entry, question.until, question.limit) = (entry, microseconds(moment), 20)
        var slots: [Int64] = []
        try ledger.ask(.history(question)) { slots += Self.slots($0) }
        return slots.filter { $0 < Self.microseconds(moment) }.max().map { WallInstant(microseconds: $0) }
    }

    private static func first(
        _ ledger: LedgerClient, _ entry: EntryID, _ moment: WallInstant
    ) throws(DaemonFailure) -> WallInstant? {
        let question = LedgerQuestion.Slots(entry: entry, since: microseconds(moment), until: .max)
        var first: Int64?
        try ledger.ask(.slots(question)) { answer in
            for slot in Self.slots(answer) where slot >= Self.microseconds(moment) { first = min(first ?? slot, slot) }
        }
        return first.map { WallInstant(microseconds: $0) }
    }

    private static func slots(_ answer: LedgerAnswer) -> [Int64] {
        switch answer {
        case .run(let run): run.slot.map { [$0] } ?? []
        case .gap(let gap): [gap.first, gap.last]
        default: []
        }
    }

    private static func microseconds(_ moment: WallInstant) -> Int64 { floorDivide(moment.nanoseconds, 1_000) }

    // MARK: What the schedule has

    private var zone: ZoneSource.Zone? { Self.zone(of: job) }

    package static func zone(of job: JobStatus?) -> ZoneSource.Zone? {
        job.flatMap { job in try? SlotInput.zone(job.timezone, in: ZoneDirectory().source) }
    }

    /// `nil`: the slots of the job are those of no calendar.
    private var calendar: CalendarSchedule? {
        guard let job, let text = job.schedule, let zone,
            case .calendar(let expression)? = try? WrittenSchedule(
                text, entry: entry.description, hasSeconds: job.hasSeconds)
        else { return nil }
        return CalendarSchedule(expression, in: zone.rules)
    }

    /// The slots around the moment, and whether it is one.
    private var around: (before: WallInstant?, isOne: Bool, after: WallInstant?) {
        guard let calendar else { return (before, false, after ?? nextSlot) }
        let isOne = calendar.next(after: moment + Nanoseconds(-1)) == moment
        return (calendar.previous(before: moment), isOne, calendar.next(after: moment))
    }

    private var nextSlot: WallInstant? {
        job?.next.map { WallInstant(microseconds: $0) }.flatMap { $0 > moment ? $0 : nil }
    }

    /// `nil`: nobody knows the slots.
    private var isSlot: Bool? {
        if calendar != nil { return around.isOne }
        guard let next = job?.next else { return nil }
        return moment == WallInstant(microseconds: next) ? true : nil
    }

    // MARK: In words

    package func text(_ words: HistoryText) -> String {
        let title = words.title(entry, at: moment, jobZone: zone)
        switch isSlot {
        case true? where moment > now:
            return "\(title): this slot is yet to come, \(SlotText.distance(from: now, to: moment))"
        case true?: return "\(title): the ledger has no record of this slot: \(reason(words))"
        case false?: return "\(title): there is no such slot: \(neighbours(words))"
        case nil: return "\(title): the ledger has no such slot: \(neighbours(words))"
        }
    }

    /// Why one that there was has none.
    private func reason(_ words: HistoryText) -> String {
        if let job, after == nil, job.state != .idle, job.state != .running {
            return "it has not begun, and the job is \(job.state.rawValue)"
        }
        guard before != nil else {
            let first =
                after.map { ", which begins with that of \(words.time($0, zone))" } ?? ", which has none of this job"
            return "it was before what is kept\(first)"
        }
        return
            "it was removed by its age, or was lost on the way ('ledger status' counts those), or cronsupd had no such job then"
    }

    private func neighbours(_ words: HistoryText) -> String {
        let (before, _, after) = around
        let sides = [
            before.map { "the one before is at \(words.time($0, zone))" },
            after.map { "the one after at \(words.time($0, zone))" },
        ].compactMap(\.self)
        return sides.isEmpty ? "it has none of this job" : sides.joined(separator: ", ")
    }
}
