package import Clocks
package import Journal
import Model
package import Turns

extension LedgerRecord {
    /// What a booking says, as it lies in the journal: the daemon has one for each run, and so it is written from the booking itself, without a
    /// record in between. The words are those of `Booked`, in its order. `clock`: of the slots. `hasText`: with what the run has said.
    package static func frame(
        of booking: borrowing Booking, _ job: Int64, _ clock: ScheduleClock, at now: Moment, hasText: Bool = true
    ) -> JournalFrame {
        var frame = JournalFrame()
        // From the clock of the slots to the wall's.
        let shift = now.wall.nanoseconds &- now.on(clock).nanoseconds
        frame.append(bookingKind)
        frame.append(job)
        frame.append(now.wall.nanoseconds)
        frame.append(optional: booking.first.map { $0.nanoseconds &+ shift })
        frame.append(optional: booking.last.map { $0.nanoseconds &+ shift })
        frame.append(booking.count)
        frame.append(Int64(booking.outcome.index))
        frame.append(RecordForm.number(of: booking.reason))
        frame.append(booking.isGivenUp ? 1 : 0)
        frame.append(booking.run == nil ? 0 : 1)
        if let run = booking.run { frame.append(run, booking, hasText: hasText) }
        return frame
    }
}

extension JournalFrame {
    fileprivate mutating func append(optional number: Int64?) { append(number ?? RecordForm.none) }

    fileprivate mutating func append(_ run: Booking.Run, _ booking: borrowing Booking, hasText: Bool) {
        append(run.number)
        append(Int64(run.attempt))
        let cause = LedgerRecord.Cause(
            call: run.call, attempt: run.attempt, hasSlot: booking.last != nil, isCaughtUp: run.isCaughtUp)
        append(cause.rawValue)
        append(run.began.nanoseconds)
        append(run.lateness.count)
        append(run.duration.count)
        append(optional: run.end.code)
        append(optional: booking.retryAfter?.count)
        append(optional: hasText ? run.end.fullLength : nil)
        append(hasText ? run.end.text : "")
    }
}

extension LedgerRecord.Cause {
    /// `call`: its number, if somebody has asked for the run; less than 0, if that was a person.
    package init(call: Int64?, attempt: Int, hasSlot: Bool, isCaughtUp: Bool = false) {
        if let call {
            self = call < 0 ? .manual : .call
        } else {
            self = attempt > 1 ? .retry : isCaughtUp ? .catchUp : hasSlot ? .slot : .start
        }
    }
}
