import Clocks
import Model
import Schedules
import Supervision
import Turns
import Values
import Wire

/// A job with its real supervisor, and what its runs have come to as its workers know it.
final class PlayedJob {
    let definition: JobDefinition
    let number: Int
    /// Whether its workers hear the daemon in a run.
    let isAsync: Bool
    /// Whether its program can be told to ask.
    let knowsPauses: Bool
    /// A pause, which outlives the daemon.
    var isPaused = false
    /// Slots up to the second and after the first came due in a pause that held.
    private var pauses: [(after: SlotInstant, through: SlotInstant)] = []
    private var heldSince: SlotInstant?
    var supervisor: JobSupervisor
    var worker: PlayedWorker?
    /// One of a previous life of the daemon's.
    var previous: PlayedWorker?
    /// The job ends with that one.
    var isWatched = false
    /// What outlives the daemon, and what was booked when it was saved.
    private var saved: (record: JobRecord, bookings: ModelBooks, verdicts: [SlotInstant: Seen])
    /// The last attempt's outcome of each slot that has begun, as its worker knows it.
    private var seen: [SlotInstant: Seen] = [:]
    /// The daemon's word on runs that were cut: of those it alone knows why.
    private var verdicts: [SlotInstant: Seen] = [:]
    private var order = 0
    private var attempts: [SlotInstant: Int64] = [:]
    /// How many calls of its function were made and not dropped.
    var calls = 0
    private var begunCalls: [Int64: Int] = [:]
    /// Those that were to be made again.
    private var callsAgain = 0
    private var bookings = ModelBooks()
    private var trouble: String?

    struct Seen {
        let outcome: Outcome
        /// The later one counts.
        let order: Int
    }

    var id: EntryID { definition.id }

    init(
        _ definition: JobDefinition, number: Int, isAsync: Bool, knowsPauses: Bool = true, at now: Moment, seed: UInt64
    ) {
        (self.definition, self.number, self.isAsync) = (definition, number, isAsync)
        self.knowsPauses = knowsPauses
        supervisor = JobSupervisor(definition, start: now, seed: seed)
        saved = (JobRecord(), bookings, [:])
    }

    // MARK: The daemon's lives

    func save() { saved = (JobRecord(supervisor), bookings, verdicts) }

    /// The daemon dies; the next one begins.
    func beginLife(at now: Moment, seed: UInt64) {
        if let worker {
            worker.orphan()
            previous = worker
        }
        (worker, isWatched) = (nil, false)
        var before = Resumption(saved.record, isOfPreviousLife: true)
        if isPaused { before.pausedUntil = now.wall }
        supervisor = JobSupervisor(definition, start: now, seed: seed, resuming: before)
        // What was booked and not saved comes again.
        (bookings, verdicts) = (saved.bookings, saved.verdicts)
        (begunCalls, callsAgain) = ([:], 0)
    }

    // MARK: Pauses

    /// To be called when anything may have changed.
    func notePause(at now: Moment) {
        let isHeld = supervisor.isPaused && !supervisor.mayBeginInPause
        if isHeld, heldSince == nil { heldSince = now.on(supervisor.books.clock) }
        if !isHeld, let since = heldSince {
            pauses.append((since, now.on(supervisor.books.clock)))
            heldSince = nil
        }
    }

    /// The wall clock was set: slots of it are not where they were.
    func forgetPauses() { if supervisor.books.clock == .wall { pauses = [] } }

    private func checkPause(_ slot: SlotInstant) {
        if heldSince != nil { trouble = trouble ?? "a slot begins in a pause" }
        if pauses.contains(where: { $0.after < slot && slot <= $0.through }) {
            trouble = trouble ?? "slot \(slot) begins, which came due in a pause"
        }
    }

    func begin(_ slot: SlotInstant, attempt: Int64) {
        checkPause(slot)
        if let newest = attempts.keys.max(), slot < newest, supervisor.books.clock == .monotonic {
            trouble = trouble ?? "slot \(slot) behind \(newest)"
        }
        let before = attempts[slot] ?? 0
        if attempt != before + 1 { trouble = trouble ?? "attempt \(attempt) behind \(before)" }
        let most = Int64(definition.policy.retry?.delays.maxAttempts ?? (definition.policy.onLost == .rerun ? 2 : 1))
        if attempt > most { trouble = trouble ?? "attempt \(attempt)" }
        attempts[slot] = attempt
    }

    func begin(call: Int64) {
        begunCalls[call, default: 0] += 1
        let most = call < 0 ? 1 : definition.policy.retry?.delays.maxAttempts ?? 1
        if begunCalls[call, default: 0] > most { trouble = trouble ?? "call \(call) more than \(most) times" }
    }

    func end(_ slot: SlotInstant, _ outcome: Outcome) { seen[slot] = next(outcome) }

    private func next(_ outcome: Outcome) -> Seen {
        order += 1
        return Seen(outcome: outcome, order: order)
    }

    func note(_ booking: Booking) {
        bookings.file(booking, of: supervisor.books.timetable)
        if booking.run?.call != nil, booking.retryAfter != nil { callsAgain += 1 }
        guard let slot = booking.last, booking.run != nil, !booking.outcome.isReported else { return }
        verdicts[slot] = next(booking.outcome)
    }

    func book(_ death: PlayedWorker.Run?) {
        if let death, let slot = death.begin.slot, seen[slot] == nil, verdicts[slot] == nil {
            seen[slot] = next(death.outcome)
        }
    }

    /// `hasDied`: the daemon, and what it had in mind with it.
    func compare(hasDied: Bool = false, _ require: (Bool, @autoclosure () -> String) -> Void) {
        require(trouble == nil, "\(id): \(trouble ?? "")")
        // One that was to be made again may have been dropped.
        let dropped = begunCalls.count - calls
        require(hasDied || dropped >= 0 && dropped <= callsAgain, "\(id): \(begunCalls.count) runs of \(calls) calls")
        let books = supervisor.books
        let due = books.timetable.count(after: books.timetable.start, through: books.accounted)
        require(books.total == due, "\(id): \(books.total) outcomes of \(due) slots")
        bookings.check(books, due: due)
        bookings.checkRuns(books, ending: hasDied ? nil : 0)
        require(bookings.fault == nil, "\(id): \(bookings.fault ?? "")")
        let outcomes = seen.merging(verdicts) { $0.order > $1.order ? $0 : $1 }.values.map(\.outcome)
        for outcome in Outcome.allCases where outcome.isOfRun {
            let seen = Int64(outcomes.count { $0 == outcome })
            require(books[outcome] == seen, "\(id): \(books[outcome]) \(outcome) in the books, \(seen) seen")
        }
    }
}
