import Clocks
import Schedules
package import Turns

extension SlotBooks {
    /// The slots go on where they were, unless the schedule has changed.
    static func resumed(_ record: JobRecord?, _ schedule: Schedule, at start: Moment) -> SlotBooks {
        let now = start.on(schedule.rule.clock)
        guard let record else { return SlotBooks(timetable: schedule.timetable(from: now)) }
        let goOn = record.books.isOpen && record.schedule == schedule.signature
        var books = SlotBooks(
            record.books, timetable: schedule.timetable(from: goOn ? record.books.start : now), slotsGoOn: goOn)
        var last = record.owed?.before ?? record.last
        // That of another schedule may be on another clock.
        if !goOn {
            last?.first = nil
            last?.last = nil
        }
        books.resume(last: last)
        return books
    }
}

extension JobSupervisor {
    /// Whether a slot of this life of the job has begun, or has an outcome.
    package var hasHadSlot: Bool {
        let slot = phase.run?.slot ?? runKeeper.orders.pending?.slot ?? runKeeper.orders.given?.slot
        return books.areOpen && (slot != nil || books.haveHadSlot)
    }

    /// Removes the calls that the worker was not told about, for the job that takes the place of this one.
    package mutating func handOverCalls() -> [FunctionCall] { runKeeper.orders.takeCalls() }
}
