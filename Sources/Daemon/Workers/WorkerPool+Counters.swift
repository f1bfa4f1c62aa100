import Books
import Clocks
import Model
import Schedules
import Supervision
import Turns
import Wire

/// What is counted for those who watch the daemon, beside the books.
extension WorkerPool {
    func count(_ booking: Booking, of job: Job) {
        note(settled: booking, of: job)
        guard let run = booking.run, !booking.isGivenUp else { return }
        let isFirst = booking.last != nil && run.attempt == 1
        counters.note(duration: run.duration, lateness: isFirst ? run.lateness : nil)
        let place = counterPlace(of: job)
        counters[place, .duration] &+= UInt64(max(0, run.duration.count))
        counters[place, .ended] &+= 1
    }

    /// Which slots of the job are as they should be: those up to the last one that was ok, or that nobody wanted.
    private func note(settled booking: Booking, of job: Job) {
        let isOk = booking.outcome.isOk && booking.run?.isOwn ?? true
        let isUnwanted = booking.reason == .paused || booking.reason == .byOperator
        guard isOk || isUnwanted else { return }
        let place = counterPlace(of: job)
        let ended = booking.run.map { $0.began + max(.zero, $0.duration) } ?? moment.wall
        if isOk { counters[place, .lastOk] = UInt64(max(0, ended.nanoseconds)) }
        let began = booking.run?.began ?? moment.wall
        let slot = booking.last ?? Moment(monotonic: moment.monotonic(of: began), wall: began).on(job.clock)
        let before = SlotInstant(nanoseconds: Int64(bitPattern: counters[place, .lastSlot]))
        // One that is still to come is of a time before the clock was set back, or of another clock.
        let last = before <= moment.on(job.clock) ? max(before, slot) : slot
        counters[place, .lastSlot] = UInt64(bitPattern: last.nanoseconds)
    }

    /// Why a worker ends is known before its end.
    func countEnd(_ incident: Incident, of job: Job) {
        switch incident {
        case .hung: job.trouble = .hung
        case .violation: job.trouble = .brokeProtocol
        case .fault: job.trouble = .fault
        case .exited:
            counters[counterPlace(of: job), job.trouble ?? .exited] &+= 1
            job.trouble = nil
        default: break
        }
    }

    /// The books are there anew. What was counted of each job goes on in its new place.
    func moveCounters(to new: JobBooks, _ body: () -> Void) {
        let rows = jobs.compactMap(\.self).compactMap { job in
            job.bookPlace.flatMap { place in counters.file.map { (job, $0.row(place)) } }
        }
        body()
        counters.move(to: new.counters, rows: rows.compactMap { job, row in job.bookPlace.map { (row, $0) } })
    }
}

extension Booking.Run {
    /// Whether it is no call of another job's hook.
    fileprivate var isOwn: Bool { call == nil || isManual }
}
