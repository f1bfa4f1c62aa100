import Clocks
import Schedules
import Turns
import Wire

/// Takes the counts of reports that a worker has given up.
enum DropTaker {
    /// Returns the slot after those that the counts cover if they cover the run that is going, or the next slot if that has none.
    static func take(
        _ dropped: Report.Dropped, _ keeper: inout RunKeeper, _ phase: inout Phase, _ step: inout Step
    ) throws(Violation) -> SlotInstant? {
        guard keeper.books.isNear(dropped.run) else {
            throw Violation("'dropped' up to run \(dropped.run) after run \(keeper.books.runs)")
        }
        let run = phase.run
        if dropped.run > keeper.books.runs, run.map({ $0.number < dropped.run }) ?? true, keeper.orders.lose() {
            keeper.gates.isAsking = false
            keeper.returnPermit(&step)
        }
        if let through = dropped.through {
            if let slot = keeper.orders.pending?.slot, slot <= through {
                keeper.giveUpAttempts(.overlap, &phase, &step)
            }
            // The slot of a run that goes on would get a second outcome at its end.
            let goesOn = run.map { $0.number > dropped.run && ($0.slot ?? .distantFuture) <= through } ?? false
            guard keeper.books.isOpen(through, at: step.now.on(keeper.clock)), !goesOn,
                keeper.books.haveRuns(for: dropped, running: run?.number),
                let bookings = keeper.books.take(dropped, through: through)
            else { throw Violation("'dropped' with slots that were not due, or had no run") }
            for booking in bookings { keeper.book(booking, &step) }
        }
        keeper.books.count(through: dropped.run)
        guard let run, run.number <= dropped.run, dropped.through != nil || run.slot == nil else { return nil }
        keeper.alerts.watch.freeSince = step.now.monotonic
        return dropped.through.map { keeper.books.timetable.next(after: $0) } ?? keeper.books.next(at: step.now)
    }
}
