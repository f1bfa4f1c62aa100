package import Clocks
import Model
import Schedules
package import Turns

/// What outlives a job's supervision, for the one that takes its place: at a reload, or in the next life of the daemon.
package struct JobRecord: Sendable {
    /// Of the schedule whose slots these are: of another one they do not go on.
    package var schedule = UInt64(0)
    package var books = SlotBooks.Saved()
    package var standing = JobStanding()
    package var mark = NoteMark()
    /// The run that is going.
    package var run: Phase.Run?
    /// The attempt that is to come.
    package var owed: PendingAttempt?
    /// What the last run came to; with an attempt that is owed it is in that.
    package var last: Booking?
    /// The slots up to this one came due in a pause, if they have no outcome.
    package var passed: SlotInstant?

    package init() {}

    /// That of a job as it is now. `signature`: of its schedule, where it is known.
    package init(_ job: borrowing JobSupervisor, signature: UInt64? = nil) {
        if let unsettled = job.runKeeper.unsettled {
            self = unsettled.record
            // What was told meanwhile is not told again.
            standing.untold = job.runKeeper.alerts.standing.untold
            passed = unsettled.passed(job.runKeeper)
            return
        }
        schedule = signature ?? job.runKeeper.schedule.signature
        // Stored properties all the way: what is computed on it copies the job, and this is done for each run.
        (books, standing) = (job.runKeeper.books.saved, job.runKeeper.alerts.standing)
        (mark, run, owed) = (job.runKeeper.mark, job.life.phase.run, job.runKeeper.orders.pending)
        last = owed == nil ? job.runKeeper.books.lastRun : nil
        passed = job.runKeeper.gates.hold.passed.flatMap { $0 > books.accounted ? $0 : nil }
    }
}

extension JobRecord {
    /// Whether no number is one that another cannot be added to: a file may be damaged.
    package var isSane: Bool {
        let slots: [SlotInstant?] = [books.start, books.accounted, books.repeated, run?.slot, owed?.slot, passed]
        var numbers: [Int64?] = [
            books.runs, books.uncounted.retried, books.uncounted.earlier, Int64(standing.failures),
            owed?.before.run?.number,
        ]
        numbers += [run?.number, run.map { Int64($0.attempt) }, owed.map { Int64($0.number) }]
        for outcome in Outcome.allCases { numbers += [books.counts[outcome], books.besides[outcome]] }
        return slots.compactMap(\.self).allSatisfy { -(1 << 62)...(1 << 62) ~= $0.nanoseconds }
            && numbers.compactMap(\.self).allSatisfy { 0..<(1 << 53) ~= $0 } && books.start <= books.accounted
    }
}

/// Where a job's supervision begins.
package struct Resumption: Sendable {
    package var record: JobRecord
    /// The daemon has begun again meanwhile: what the last worker has noted is to be read first.
    package var isOfPreviousLife: Bool
    /// A daemon before this one may have had calls of hooks to make; what this one has made goes on.
    package var mayHaveUntold: Bool
    /// Up to then its slots were not to begin.
    package var pausedUntil: WallInstant?
    /// What is made up for by the job before it, which this one takes the place of.
    package var owed: OwedSlots?
    /// Of the job and the machine.
    package var salt = UInt64(0)

    package init(_ record: JobRecord, isOfPreviousLife: Bool) {
        (self.record, self.isOfPreviousLife) = (record, isOfPreviousLife)
        mayHaveUntold = isOfPreviousLife
    }
}

/// A record that waits for the note, out of line: a job has it for milliseconds.
final class UnsettledRecord: Sendable {
    let record: JobRecord
    /// When this life began: what came due before it had no daemon.
    let since: Moment
    /// Whether the slots of this life are those of the record.
    let slotsGoOn: Bool
    /// Up to then they were not to begin.
    let pausedUntil: WallInstant?
    let salt: UInt64

    init(_ before: Resumption, since: Moment, slotsGoOn: Bool) {
        (record, self.since, self.slotsGoOn) = (before.record, since, slotsGoOn)
        (pausedUntil, salt) = (before.pausedUntil, before.salt)
    }
}
