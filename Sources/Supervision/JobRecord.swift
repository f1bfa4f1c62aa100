import Clocks
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

    package init() {}

    /// That of a job as it is now.
    package init(_ job: JobSupervisor) {
        if let unsettled = job.runKeeper.unsettled {
            self = unsettled.record
            return
        }
        schedule = job.runKeeper.schedule.signature
        (books, standing, mark) = (job.books.saved, job.standing, job.runKeeper.mark)
        (run, owed) = (job.phase.run, job.runKeeper.orders.pending)
        last = owed == nil ? job.books.lastRun : nil
    }
}

/// Where a job's supervision begins.
package struct Resumption: Sendable {
    package var record: JobRecord
    /// The daemon has begun again meanwhile: what the last worker has noted is to be read first.
    package var isOfPreviousLife: Bool

    package init(_ record: JobRecord, isOfPreviousLife: Bool) {
        (self.record, self.isOfPreviousLife) = (record, isOfPreviousLife)
    }
}

/// A record that waits for the note, out of line: a job has it for milliseconds.
final class UnsettledRecord: Sendable {
    let record: JobRecord
    /// When this life began: what came due before it had no daemon.
    let since: Moment

    init(_ record: JobRecord, since: Moment) { (self.record, self.since) = (record, since) }
}
