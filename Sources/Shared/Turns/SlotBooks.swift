package import Clocks
package import Model
package import Schedules
package import Wire

/// The books of one job: every slot that came due ends in exactly one outcome, whatever its workers say or fail to say. What
/// changes them gives the booking of that, `nil` if no slot has its outcome by it.
///
/// | event                                        | slots                                | outcome, reason          |
/// |----------------------------------------------|--------------------------------------|--------------------------|
/// | a run ends that no attempt follows           | its own                              | what it came to          |
/// | a later slot begins, is skipped or asked for | those before it                      | `missed`, `no_worker`    |
/// | slots came due in a run                      | these                                | `skipped`, `overlap`     |
/// | a slot has waited for its gate               | it, and those due by then            | `skipped`, `wait`        |
/// | a pause is over, or a run is begun in it     | those that came due in it            | `skipped`, `paused`      |
/// | the job ends                                 | those due when it was told           | `missed`, `stop`         |
/// | the daemon begins again                      | those that came due without one      | `missed`, `down`, `limit`|
/// | a run could not begin in time                | its own, and those before it         | `missed`, `deadline`     |
/// | an operator gives up what waits              | it, and those due by then            | `skipped`, `operator`    |
/// | reports were lost                            | all up to the last                   | as counted, `lost`       |
/// | a run ends, of a slot that came before       | its own, a second time               | what it came to, `clock` |
package struct SlotBooks: Sendable {
    package private(set) var timetable: Timetable
    /// Whether the timetable has begun, with the first worker.
    package private(set) var areOpen = false
    private var cursor: Cursor
    private var counts = Outcome.Counts()
    /// What runs without a slot came to. Most jobs have none.
    private var besides: [Outcome: Int64] = [:]
    private var numbers = Numbers()
    /// The outcome of the last run that has ended, calls apart.
    package var lastRun: Booking? { kept.first }
    /// None or that one: out of line, since most jobs of thousands wait for their first run, and in one place for all others.
    private var kept: [Booking] = []

    private struct Numbers {
        var runs = Int64(0)
        /// `runs` as it was before this life of the job.
        var earlier = Int64(0)
        var uncounted = Uncounted()
    }

    /// Runs that are in none of the counts.
    package struct Uncounted: Sendable {
        /// Another attempt at their slot followed, or is to follow.
        package var retried = Int64(0)
        /// The number of the last one before the counts began.
        package var earlier = Int64(0)

        package init() {}
    }

    /// The number of the last run.
    package private(set) var runs: Int64 {
        get { numbers.runs }
        set { numbers.runs = newValue }
    }

    /// The runs that have begun since the counts began.
    package var begun: Int64 { numbers.runs - numbers.uncounted.earlier }

    /// The runs that another attempt at their slot followed, or is to follow.
    package private(set) var retried: Int64 {
        get { numbers.uncounted.retried }
        set { numbers.uncounted.retried = newValue }
    }

    /// Whether a run has begun in this life of the job.
    package var hasRun: Bool { numbers.runs > numbers.earlier }

    /// All runs up to here were of a life before this one.
    package mutating func beginLife() { numbers.earlier = numbers.runs }

    /// How many runs can have been given up between two reports.
    private static let longestGap = Int64(1) << 32

    package init(timetable: Timetable) {
        self.timetable = timetable
        cursor = Cursor(accounted: timetable.start, repeated: timetable.start)
    }

    /// How far the slots have come.
    private struct Cursor {
        /// Every slot up to this one has its outcome.
        var accounted: SlotInstant
        /// Those up to this one come a second time, since the wall clock was set back.
        var repeated: SlotInstant
    }

    /// Every slot up to this one has its outcome.
    package private(set) var accounted: SlotInstant {
        get { cursor.accounted }
        set { cursor.accounted = newValue }
    }

    /// The timetable begins, unless it has.
    package mutating func begin(_ timetable: @autoclosure () -> Timetable) {
        guard !areOpen else { return }
        self.timetable = timetable()
        areOpen = true
        cursor = Cursor(accounted: self.timetable.start, repeated: self.timetable.start)
    }

    // MARK: Over the end of the job's life

    /// What outlives it.
    package struct Saved: Sendable {
        package var start: SlotInstant
        package var accounted: SlotInstant
        package var repeated: SlotInstant
        package var isOpen: Bool
        package var runs: Int64
        package var uncounted = Uncounted()
        package var counts: Outcome.Counts
        package var besides: Outcome.Counts

        package init() {
            (start, accounted, repeated) = (.init(nanoseconds: 0), .init(nanoseconds: 0), .init(nanoseconds: 0))
            (isOpen, runs) = (false, 0)
            (counts, besides) = (Outcome.Counts(), Outcome.Counts())
        }
    }

    package var saved: Saved {
        var saved = Saved()
        (saved.start, saved.accounted, saved.repeated) = (timetable.start, cursor.accounted, cursor.repeated)
        (saved.isOpen, saved.runs) = (areOpen, runs)
        (saved.counts, saved.uncounted) = (counts, numbers.uncounted)
        for (outcome, count) in besides { saved.besides[outcome] = count }
        return saved
    }

    /// Those of a job that goes on. `timetable`: from the start that was saved, if its slots go on too; if not, from any.
    package init(_ saved: Saved, timetable: Timetable, slotsGoOn: Bool) {
        self.init(timetable: timetable)
        if slotsGoOn {
            areOpen = saved.isOpen
            cursor = Cursor(accounted: saved.accounted, repeated: saved.repeated)
        }
        (runs, counts, numbers.uncounted) = (saved.runs, saved.counts, saved.uncounted)
        for outcome in Outcome.allCases where saved.besides[outcome] > 0 { besides[outcome] = saved.besides[outcome] }
        beginLife()
    }

    /// The wall clock was set back to the start of this timetable, whose first slots come a second time.
    package mutating func follow(_ timetable: Timetable) {
        self.timetable = timetable
        cursor = Cursor(accounted: timetable.start, repeated: max(cursor.repeated, accounted))
    }

    package subscript(outcome: Outcome) -> Int64 { counts[outcome] }

    /// The slots that have this outcome, and the runs without a slot that came to it.
    package func sum(_ outcome: Outcome) -> Int64 { counts[outcome] + besides[outcome, default: 0] }

    /// The runs that nobody knows the outcome of: their reports were lost, or they have not ended.
    package var unknown: Int64 {
        let counted = Outcome.allCases.reduce(0) { $1.isOfRun ? $0 + sum($1) : $0 }
        return runs - numbers.uncounted.earlier - retried - counted
    }

    /// The slots that have an outcome.
    package var total: Int64 { counts.total }

    // MARK: Runs

    /// Workers are not believed: the next one is to count on from the highest number, and no integer may be used up by that.
    package func isNear(_ run: Int64) -> Bool { run <= runs || run - runs <= Self.longestGap }

    package mutating func count(through run: Int64) { runs = max(runs, run) }

    /// Whether as many runs were made as these counts name outcomes of. `running`: the number of the run that is going.
    package func haveRuns(for dropped: Report.Dropped, running: Int64?) -> Bool {
        let isCovered = running.map { $0 <= dropped.run } ?? false
        let most = max(dropped.run, runs) - runs + (isCovered ? 1 : 0)
        return 0...most ~= dropped.ok && dropped.failed <= most - dropped.ok
    }

    // MARK: Slots

    package var clock: ScheduleClock { timetable.clock }

    /// The last slot that is due, whether or not it has its outcome.
    package func due(at now: Moment) -> SlotInstant? { timetable.last(through: now.on(clock)) }

    /// The first slot that is yet to come. Where the wall clock was set back, the slots that come again have their outcome.
    package func next(at now: Moment) -> SlotInstant { timetable.next(after: max(now.on(clock), accounted)) }

    /// Whether `slot` may still get an outcome. Workers are not believed: it must be one of the timetable's, not yet accounted for,
    /// and due.
    package func isOpen(_ slot: SlotInstant, at now: SlotInstant) -> Bool {
        slot > accounted && slot <= now + tolerance && timetable.isSlot(slot)
    }

    /// The worker's clock is the same, but the daemon may have read it before it read the message; and the wall clock may have
    /// been set back since.
    private var tolerance: Nanoseconds {
        switch timetable.clock {
        case .monotonic: .seconds(1)
        case .wall: .seconds(86_400)
        }
    }

    // MARK: Bookings

    /// The outcome of a run. If `isSettled`, it is that of its slot; the slots before must have theirs.
    package mutating func book(_ booking: consuming Booking, isSettled: Bool) -> Booking {
        if booking.isGivenUp { retried -= 1 }
        switch booking.last {
        case _ where !isSettled: retried += 1
        case nil: besides[booking.outcome, default: 0] += 1
        case let slot?:
            booking.count = 1
            counts[booking.outcome] += 1
            accounted = slot
            if slot <= cursor.repeated { booking.reason = booking.reason ?? .clock }
        }
        keep(booking)
        return booking
    }

    /// An attempt that is given up is booked again, when a later run may have ended.
    private mutating func keep(_ booking: Booking) {
        guard booking.isOfOwnRun else { return }
        if kept.isEmpty {
            kept = [booking]
        } else if booking.runNumber >= kept[0].runNumber {
            kept[0] = booking
        }
    }

    /// Goes on to `slot` if all before it have their outcome, as nearly always. Returns `false` if some are open.
    package mutating func advance(to slot: SlotInstant) -> Bool {
        guard slot > accounted else { return true }
        let last = SlotInstant(nanoseconds: slot.nanoseconds - 1)
        guard timetable.count(after: accounted, through: last) == 0 else { return false }
        accounted = last
        return true
    }

    /// What the last run came to in the life before this one.
    package mutating func resume(last: Booking?) { kept = last.map { [$0] } ?? [] }

    /// Every open slot before `slot` is missed.
    package mutating func miss(before slot: SlotInstant) -> Booking? {
        slot > accounted ? close(through: SlotInstant(nanoseconds: slot.nanoseconds - 1), .missed, .noWorker) : nil
    }

    /// Every open slot up to `instant` has this outcome.
    package mutating func close(
        through instant: SlotInstant, _ outcome: Outcome, _ reason: Booking.Reason
    ) -> Booking? {
        guard instant > accounted else { return nil }
        let count = timetable.count(after: accounted, through: instant)
        defer { accounted = instant }
        return book(count, outcome, reason, through: instant)
    }

    /// Takes over counts that a worker kept while it could not report; slots that they leave out are missed.
    /// Returns `nil` if there are not as many slots.
    package mutating func take(_ dropped: Report.Dropped, through last: SlotInstant) -> [Booking]? {
        let kept: [(Outcome, Int64)] = [
            (.ok, dropped.ok), (.failed, dropped.failed), (.skipped, dropped.skipped),
        ]
        var missed = timetable.count(after: accounted, through: last)
        // Taken off one by one: a worker may name numbers whose sum no integer holds.
        for (_, count) in kept {
            guard 0...missed ~= count else { return nil }
            missed -= count
        }
        defer { accounted = last }
        return kept.compactMap { book($1, $0, .lost, through: last) }
            + [book(missed, .missed, .noWorker, through: last)].compactMap(\.self)
    }

    private mutating func book(
        _ count: Int64, _ outcome: Outcome, _ reason: Booking.Reason, through instant: SlotInstant
    ) -> Booking? {
        guard count > 0 else { return nil }
        counts[outcome] += count
        return Booking(
            first: timetable.next(after: accounted), last: timetable.last(through: instant), count: count,
            outcome: outcome, reason: reason)
    }
}
