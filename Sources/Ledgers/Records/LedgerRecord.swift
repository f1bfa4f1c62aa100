package import Clocks
package import Model
package import Turns

/// What the daemon has the ledger keep. Moments and slots are on the wall clock; `job` is the number that the daemon's life has
/// given to a job, and a record of one comes after its `job`.
package enum LedgerRecord: Hashable, Sendable {
    /// A life of the daemon begins: the first record of a life, and said again to a ledger that does not know it.
    case life(Life)
    case job(Job)
    case begin(Begin)
    case booking(Booked)
    case output(Output)
    case incident(Incident)
    case standing(Standing)
    case claim(Claim)
}

extension LedgerRecord {
    package struct Life: Hashable, Sendable {
        /// Made by the daemon, and its alone.
        package var uid: Int64
        package var pid: Int32
        package var began: WallInstant
        package var host: String
        /// Which of the machine, or of the container, it is in.
        package var boot: String
        package var version: String
        package var registry: String

        package init(
            uid: Int64, pid: Int32, began: WallInstant, host: String, boot: String, version: String, registry: String
        ) {
            (self.uid, self.pid, self.began, self.host) = (uid, pid, began, host)
            (self.boot, self.version, self.registry) = (boot, version, registry)
        }
    }

    /// What a job is called and what its sums are, before the records that follow.
    package struct Job: Hashable, Sendable {
        package var job: Int64
        package var at: WallInstant
        package var name: String
        /// As it is written: `*/15 * * * *`, `every 2s`.
        package var schedule: String
        /// Empty: it goes by none.
        package var timezone: String
        package var comment: String
        /// Of the books that the sums are in: after a boot they are others, and begin at 0.
        package var books: Int64
        package var sums: Sums
        package var standing: Standing
        package var history: RunPolicy.History

        package init(
            job: Int64, at: WallInstant, name: String, schedule: String, timezone: String, comment: String,
            books: Int64, sums: Sums, standing: Standing, history: RunPolicy.History = .init()
        ) {
            (self.job, self.at, self.name, self.schedule) = (job, at, name, schedule)
            (self.timezone, self.comment, self.books) = (timezone, comment, books)
            (self.sums, self.standing, self.history) = (sums, standing, history)
        }
    }

    /// By which a job is known.
    package typealias Name = Job

    /// What a job came to since its books began.
    package struct Sums: Hashable, Sendable {
        /// The number of the last run.
        package var runs = Int64(0)
        /// Every slot up to this one has its outcome.
        package var accounted = WallInstant(nanoseconds: 0)
        /// Slots by their outcome, at the outcome's index.
        package var slots: [Int64]
        /// The same of runs without a slot.
        package var besides: [Int64]

        package init() {
            slots = Array(repeating: 0, count: Outcome.allCases.count)
            besides = slots
        }
    }

    package struct Begin: Hashable, Sendable {
        package var job: Int64
        package var run: Int64
        /// `nil`: it has none.
        package var slot: WallInstant?
        package var attempt: Int
        package var cause: Cause
        package var began: WallInstant
        package var lateness: Nanoseconds
        package var pid: Int32

        package init(
            job: Int64, run: Int64, slot: WallInstant?, attempt: Int, cause: Cause, began: WallInstant,
            lateness: Nanoseconds, pid: Int32
        ) {
            (self.job, self.run, self.slot, self.attempt) = (job, run, slot, attempt)
            (self.cause, self.began, self.lateness, self.pid) = (cause, began, lateness, pid)
        }
    }

    /// What slots or a run came to.
    package struct Booked: Hashable, Sendable {
        package var job: Int64
        package var at: WallInstant
        package var first: WallInstant?
        package var last: WallInstant?
        /// How many slots have their outcome by it. 0: an attempt that another one follows, or a run without a slot.
        package var count: Int64
        package var outcome: Outcome
        package var reason: Booking.Reason?
        /// `nil`: the slots had no run, or what it was is not known.
        package var run: Run?
        /// The run is known from a record before this one: its slot has its outcome by it now.
        package var isGivenUp = false

        package struct Run: Hashable, Sendable {
            package var number: Int64
            package var attempt: Int
            package var cause: Cause
            package var began: WallInstant
            package var lateness: Nanoseconds
            package var duration: Nanoseconds
            package var code: Int64?
            /// When another attempt follows; `nil`: none does.
            package var retryAfter: Nanoseconds?
            /// The result or the error.
            package var text: String
            /// How many bytes it had, if it was cut.
            package var fullLength: Int64?

            package init(
                number: Int64, attempt: Int = 1, cause: Cause = .slot, began: WallInstant,
                lateness: Nanoseconds = .zero,
                duration: Nanoseconds = .zero, code: Int64? = nil, retryAfter: Nanoseconds? = nil, text: String = "",
                fullLength: Int64? = nil
            ) {
                (self.number, self.attempt, self.cause, self.began) = (number, attempt, cause, began)
                (self.lateness, self.duration, self.code) = (lateness, duration, code)
                (self.retryAfter, self.text, self.fullLength) = (retryAfter, text, fullLength)
            }
        }

        package init(
            job: Int64, at: WallInstant, first: WallInstant? = nil, last: WallInstant? = nil, count: Int64,
            outcome: Outcome, reason: Booking.Reason? = nil, run: Run? = nil, isGivenUp: Bool = false
        ) {
            (self.job, self.at, self.first, self.last, self.count) = (job, at, first, last, count)
            (self.outcome, self.reason, self.run, self.isGivenUp) = (outcome, reason, run, isGivenUp)
        }
    }

    /// Why a run began.
    package enum Cause: Int64, Hashable, Sendable, CaseIterable {
        case slot, retry, catchUp, manual, start, call

        /// As the log has it.
        package var word: String {
            switch self {
            case .slot: "slot"
            case .retry: "retry"
            case .catchUp: "catch_up"
            case .manual: "manual"
            case .start: "start"
            case .call: "call"
            }
        }
    }

    /// An attempt at a slot is to begin: not before the ledger has this on disk, and says so.
    package struct Claim: Hashable, Sendable {
        package var job: Int64
        /// The number that it is to have.
        package var run: Int64
        package var slot: WallInstant
        package var attempt: Int
        package var at: WallInstant

        package init(job: Int64, run: Int64, slot: WallInstant, attempt: Int, at: WallInstant) {
            (self.job, self.run, self.slot, self.attempt, self.at) = (job, run, slot, attempt, at)
        }
    }

    /// What a run wrote.
    package struct Output: Hashable, Sendable {
        package var job: Int64
        package var run: Int64
        package var at: WallInstant
        package var isError: Bool
        /// One line, without its end.
        package var text: String

        package init(job: Int64, run: Int64, at: WallInstant, isError: Bool, text: String) {
            (self.job, self.run, self.at, self.isError, self.text) = (job, run, at, isError, text)
        }
    }

    /// What happened beside runs and slots, in the words of the log.
    package struct Incident: Hashable, Sendable {
        /// `nil`: it concerns the daemon.
        package var job: Int64?
        package var at: WallInstant
        /// The message of the log: `Worker exited`.
        package var kind: String
        /// The rest of it: `pid=812 status="signal 9 (SIGKILL)"`.
        package var text: String

        package init(job: Int64?, at: WallInstant, kind: String, text: String) {
            (self.job, self.at, self.kind, self.text) = (job, at, kind, text)
        }
    }

    /// How a job stands.
    package struct Standing: Hashable, Sendable {
        package var job: Int64
        /// Failed runs in a row.
        package var failures: Int64
        package var isFailing: Bool
        package var isLate: Bool
        /// What a daemon without books of it is to tell again, in one number: the run that the job began to fail with, times 8, and a bit
        /// for each alert whose call had not ended (`JobStanding.Alert`).
        package var alerts: Int64

        package init(job: Int64, failures: Int64, isFailing: Bool, isLate: Bool, alerts: Int64 = 0) {
            (self.job, self.failures, self.isFailing, self.isLate) = (job, failures, isFailing, isLate)
            self.alerts = alerts
        }
    }
}
