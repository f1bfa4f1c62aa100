package import Clocks

/// What bounds a job's runs: the entry's `timeout`, `kill_after`, `overlap`, `retry`, `concurrency`, `catch_up`, `starting_deadline`,
/// `on_lost`, `claim` and `output`; and its hooks, and what is kept of it (`history`).
package struct RunPolicy: Hashable, Sendable {
    /// A run that takes this long is ended. `nil`: it may take any time.
    package var timeout: Nanoseconds?
    /// From SIGTERM to SIGKILL for a worker whose run is ended early.
    package var killAfter = Nanoseconds.seconds(5)
    package var overlap = Overlap.skip
    /// `nil`: a slot has one attempt.
    package var retry: Retry?
    /// `nil`: the job's runs wait for no other job.
    package var concurrency: Concurrency?
    package var catchUp = CatchUp()
    /// A slot whose run could not begin so long after it was due is not run. `nil`: it is, however late.
    package var startingDeadline: Nanoseconds?
    package var onLost = OnLost.skip
    /// No attempt at a slot begins before the ledger has it on disk that it may.
    package var claims = false
    package var output = OutputBounds()
    /// What a ledger keeps of the job.
    package var history: History {
        get { if case .said(let history) = ownHistory { history } else { History() } }
        set { ownHistory = newValue == History() ? .usual : .said(newValue) }
    }

    package var hooks: JobHooks {
        get { if case .said(let hooks) = ownHooks { hooks } else { JobHooks() } }
        set { ownHooks = newValue.isEmpty ? .none : .said(newValue) }
    }

    private var ownHistory = OwnHistory.usual
    private var ownHooks = OwnHooks.none

    /// Out of line, since nearly no entry says it.
    private indirect enum OwnHistory: Hashable, Sendable {
        case usual
        case said(History)
    }

    /// Out of line as well: thousands of jobs have none.
    private indirect enum OwnHooks: Hashable, Sendable {
        case none
        case said(JobHooks)
    }

    /// How long after `timeout` and `killAfter` a run is ended by its worker's own timer: the daemon's steps come first.
    package static let timerDelay = Nanoseconds.seconds(2)

    package init() {}

    /// What becomes of a slot that comes due during a run.
    package enum Overlap: String, Hashable, Sendable, CaseIterable {
        /// It is not run.
        case skip
        /// It is run right after; further slots that come due before that are not.
        case queue
        /// It is run, and the current run is ended for it.
        case replace

        package var replaces: Bool { self == .replace }
    }

    /// Further attempts at a slot whose run had one of `outcomes`. They end when the next slot is due.
    package struct Retry: Hashable, Sendable {
        /// From the end of one attempt to the next; from 2 to 1,000 of one slot, the first among them.
        package var delays = DelayRule(maxAttempts: 3)
        package var outcomes: Set<Outcome> = Set(Self.possibleOutcomes)

        /// The outcomes after which another attempt may help.
        package static let possibleOutcomes = Outcome.allCases.filter { $0.retriedAs == $0 }

        package init() {}
    }

    /// What becomes of slots that came due without a daemon.
    package struct CatchUp: Hashable, Sendable {
        package var slots = Slots.none
        /// Of `all`, the last so many; from 1 to 10,000.
        package var max = 100
        /// The first of these runs begins up to so much later: a fixed time for each job of each machine.
        package var spread = Nanoseconds.zero

        package enum Slots: String, Hashable, Sendable, CaseIterable {
            /// They are missed.
            case none
            /// The last one is run.
            case last
            /// Each is run, one after the other.
            case all
        }

        package init() {}
    }

    /// What becomes of a slot whose run ended with the daemon, nobody knows how.
    package enum OnLost: String, Hashable, Sendable, CaseIterable {
        case skip
        /// It is attempted again, unless the next slot is due.
        case rerun
    }

    /// What a ledger keeps of a job.
    package struct History: Hashable, Sendable {
        /// The newest so many runs that were `ok`, and of the others; `nil`: as many as of any job.
        package var runs: Int?
        package var failures: Int?
        /// Runs and slots that are older go; `nil`: as those of any job.
        package var age: Nanoseconds?
        package var output = Output.failures
        package var text = Text.all

        /// Of which runs there is what they wrote.
        package enum Output: String, Hashable, Sendable, CaseIterable {
            case failures, all, none
        }

        /// What runs say: results and errors.
        package enum Text: String, Hashable, Sendable, CaseIterable {
            case all, none
        }

        package init() {}
    }

    /// At most `max` jobs of the group run at the same time. The others wait, in the order of asking.
    package struct Concurrency: Hashable, Sendable {
        package var group: String
        /// From 1 to 1,000,000.
        package var max: Int
        /// A slot that has waited so long is `skipped`. `nil`: it waits as long as it takes.
        package var wait: Nanoseconds?

        package init(group: String, max: Int, wait: Nanoseconds? = nil) {
            (self.group, self.max, self.wait) = (group, max, wait)
        }
    }
}
