import Clocks
import Model
import Schedules
import Supervision
import Turns
import Wire

/// What must hold of the supervisor in the model's world, whatever happens in it.
extension ModelWorld {
    func checkAttempt(_ run: Command.Run) {
        require(stopAsked == nil, "an attempt behind the stop")
        guard let announced else { return require(false, "an attempt that was not announced") }
        require(announced.slot == run.slot && announced.attempt == run.attempt, "another attempt than was announced")
        require(announced.at <= now.monotonic, "an attempt before its time")
        guard let slot = run.slot, clock == .monotonic else { return }
        require(supervisor.books.timetable.next(after: slot) > slotNow, "an attempt when the next slot is due")
    }

    /// A worker that does what it should is not blamed for what it has done.
    func checkOverdue() {
        guard isHonest else { return }
        let books = supervisor.books
        let due = books.timetable.last(through: slotNow)
        require(due.map { $0 > books.accounted } ?? false, "no slot is overdue")
    }

    /// Told of the run that is going, not of a short one, and of slots that it will be booked for, which are open.
    func checkStillRunning(_ number: Int64, _ lasted: Nanoseconds, _ slots: Int64) {
        guard let run = supervisor.phase.run, run.number == number else {
            return require(false, "run \(number) is told, which is not running")
        }
        require(lasted >= .seconds(10) && lasted == now.monotonic - run.began.monotonic, "told after \(lasted)")
        require(policy.overlap != .replace, "told of a run that the next slot ends")
        require(slots > 0 || isRescheduled, "told of a run that nothing waits for")
        let books = supervisor.books
        let open = books.timetable.count(after: books.accounted, through: slotNow)
        require(slots <= open, "\(slots) slots came due, \(open) are open")
        toldRun = (number, lasted)
    }

    /// Whoever waits for a run is told: if it is looked at late, then only because its time has not come.
    func checkLongRun() {
        guard case .running(let run) = supervisor.phase, policy.overlap != .replace else { return }
        let lasted = now.monotonic - run.began.monotonic
        let slots = supervisor.books.timetable.count(after: run.slot ?? supervisor.workerAccounted, through: slotNow)
        guard supervisor.deadline > now.monotonic, slots > 0, lasted >= .seconds(10) else { return }
        let told = toldRun.flatMap { $0.number == run.number ? $0.lasted : nil }
        let marks = [10, 60, 600, 3_600].map { Nanoseconds.seconds($0) }
        guard let mark = marks.last(where: { $0 <= lasted }) else { return }
        require(told.map { $0 >= mark } ?? false, "run \(run.number) goes on for \(lasted) untold")
    }

    func check(_ wasStopped: Bool) {
        let books = supervisor.books
        let due = books.timetable.count(after: books.timetable.start, through: books.accounted)
        require(books.total == due + bookings.before, "\(books.total) outcomes for \(due) slots")
        require(Outcome.allCases.allSatisfy { books[$0] >= 0 }, "a negative count")
        bookings.check(books, due: due)
        bookings.checkRuns(books, ending: isHonest && !hasDropped ? (supervisor.phase.run == nil ? 0 : 1) : nil)
        require(bookings.fault == nil, bookings.fault ?? "")
        latest = max(latest, slotNow)
        // The wall clock may have been set since the worker read it.
        let tolerance = clock == .wall ? Nanoseconds.seconds(86_400) : .seconds(1)
        require(books.accounted <= max(books.timetable.start, latest + tolerance), "slots that are not due")
        require(supervisor.phase.hasWorker == hasProcess, "the process is there: \(hasProcess)")
        require((supervisor.phase == .stopped) == hasStopped, "the end is not logged")
        require(
            !hasStopped || !hasBegun || supervisor.orders.pending?.isKept == true
                || books.accounted >= stopAsked ?? .distantFuture || wasStopped,
            "slots without an outcome at the end")
        checkVigil()
        checkLongRun()
        if policy.concurrency != nil, supervisor.phase.run != nil { require(permit == .held, "a run without a permit") }
        if !hasProcess { require(permit == .none, "a permit without a process") }
        if let slot = supervisor.phase.run?.slot { require(slot > books.accounted, "the run's slot has an outcome") }
    }

    func checkVigil() {
        guard case .idle(let vigil) = supervisor.phase else {
            self.vigil = nil
            return
        }
        let books = supervisor.books
        let next = books.timetable.next(after: max(slotNow + .seconds(1), books.accounted))
        let bound = now.monotonic(of: next, on: clock) + delay + .seconds(80)
        // A clock that is set does not change what was decided before.
        let earlier = self.vigil.flatMap { $0.next == vigil.next ? $0.bound : nil }
        self.vigil = (vigil.next, earlier ?? bound)
        require(vigil.deadline <= max(bound, earlier ?? bound), "nobody asks whether the worker lives")
    }
}
