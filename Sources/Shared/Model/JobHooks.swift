package import Clocks
package import Values

/// The hooks of a job: the entry's `on_failure`, `on_recovery`, `on_late`, `on_long`, `on_short` and `on_success`; and its `ping`.
package struct JobHooks: Hashable, Sendable {
    package var onFailure: EntryID?
    /// So many failures in a row mean that the job is failing. From 1 to 1,000,000.
    package var failures = 1
    /// As long as the job is failing, that is told again so often; `nil`: it is not.
    package var remind: Nanoseconds?
    package var onRecovery: EntryID?
    package var onLate: EntryID?
    /// A run that has not begun so long after its slot is late.
    package var lateAfter = Nanoseconds.seconds(30)
    package var onLong: TimedHook?
    package var onShort: TimedHook?
    package var onSuccess: EntryID?
    package var ping: Ping?

    package init() {}

    package var isEmpty: Bool { self == JobHooks() }

    /// What is called when a run has lasted so long, or not even so long.
    package struct TimedHook: Hashable, Sendable {
        package var function: EntryID
        package var after: Nanoseconds

        package static func call(_ function: EntryID, after: Nanoseconds) -> TimedHook {
            TimedHook(function: function, after: after)
        }
    }

    /// Somebody is told of each run, and notices if there is none.
    package struct Ping: Hashable, Sendable {
        /// As the entry has it, or with the values of its variables.
        package var url: String
        package var function: EntryID
        package var events: Set<PingEvent> = Set(PingEvent.allCases)
        /// The same is not told more often.
        package var every = Nanoseconds.zero

        package init(url: String, function: EntryID = CompanionFunction.ping) {
            (self.url, self.function) = (url, function)
        }
    }
}

/// What a ping tells of a run.
package enum PingEvent: String, Hashable, Sendable, CaseIterable {
    case start, success, failure
}

extension CompanionFunction {
    /// Where an entry does not say it: after 5 s and 15 s.
    package static var retry: RunPolicy.Retry {
        var retry = RunPolicy.Retry()
        (retry.delays.initialDelay, retry.delays.backoffFactor) = (.seconds(5), 3)
        return retry
    }
}
