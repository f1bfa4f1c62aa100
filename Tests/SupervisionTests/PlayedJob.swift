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
    var supervisor: JobSupervisor
    var worker: PlayedWorker?
    /// The last attempt's outcome of each slot that has begun.
    private var outcomes: [SlotInstant: Outcome] = [:]
    private var attempts: [SlotInstant: Int64] = [:]
    /// How many calls of its function were made and not dropped.
    var calls = 0
    private var begunCalls: Set<Int64> = []
    private var bookings = ModelBooks()
    private var trouble: String?

    var id: EntryID { definition.id }

    init(_ definition: JobDefinition, number: Int, isAsync: Bool, at now: Moment, seed: UInt64) {
        (self.definition, self.number, self.isAsync) = (definition, number, isAsync)
        supervisor = JobSupervisor(definition, start: now, seed: seed)
    }

    func begin(_ slot: SlotInstant, attempt: Int64) {
        let before = attempts[slot] ?? 0
        if attempt != before + 1 { trouble = trouble ?? "attempt \(attempt) behind \(before)" }
        let most = Int64(definition.policy.retry?.delays.maxAttempts ?? 1)
        if attempt > most { trouble = trouble ?? "attempt \(attempt)" }
        attempts[slot] = attempt
    }

    func begin(call: Int64) {
        if !begunCalls.insert(call).inserted { trouble = trouble ?? "call \(call) twice" }
    }

    func end(_ slot: SlotInstant, _ outcome: Outcome) { outcomes[slot] = outcome }

    /// The daemon's word on a run that was cut: of those it alone knows why.
    func note(_ booking: Booking) {
        bookings.file(booking, of: supervisor.books.timetable)
        guard let slot = booking.last, booking.run != nil, !booking.outcome.isReported else { return }
        outcomes[slot] = booking.outcome
    }

    func book(_ death: PlayedWorker.Run?) {
        if let death, let slot = death.begin.slot, outcomes[slot] == nil { outcomes[slot] = death.outcome }
    }

    func compare(_ require: (Bool, @autoclosure () -> String) -> Void) {
        require(trouble == nil, "\(id): \(trouble ?? "")")
        require(begunCalls.count == calls, "\(id): \(begunCalls.count) runs of \(calls) calls")
        let books = supervisor.books
        let due = books.timetable.count(after: books.timetable.start, through: books.accounted)
        require(books.total == due, "\(id): \(books.total) outcomes of \(due) slots")
        bookings.check(books, due: due)
        bookings.checkRuns(books, ending: 0)
        require(bookings.fault == nil, "\(id): \(bookings.fault ?? "")")
        for outcome in [Outcome.ok, .failed, .timeout, .crashed, .cancelled] {
            let seen = Int64(outcomes.values.count { $0 == outcome })
            require(books[outcome] == seen, "\(id): \(books[outcome]) \(outcome) in the books, \(seen) seen")
        }
    }
}
