public import Clocks
import Kernel
public import Values

/// What a job function is told about its run, and what it can ask for during it.
public struct JobContext: Sendable {
    /// The registry entry that declares the function, such as `app:job.heartbeat`. Of a function that another one
    /// calls, the entry that is called.
    public let entry: EntryID
    /// Counts from 1 since the machine was started, through every replacement of the job's worker, change of its entry and start
    /// of the daemon. Of a function that another one calls, the run of the caller.
    public let run: Int64
    /// Which attempt at its slot the run is, from 1 on; the entry's `retry` asks for further ones. Of a function that
    /// another one calls, the attempt of the caller.
    public let attempt: Int64
    /// The moment at which the run was due, in civil time; `nil` if it has no slot: at the start of its job, or asked
    /// for.
    public let slot: WallInstant?
    /// The entry's `meta`.
    public let meta: Value.Map
    /// All keys of the entry but `name`, `kind` and `meta`.
    public let data: Value.Map
    /// What another function calls this one with; empty in a run by the timer, and in a call without arguments.
    public let arguments: [Value]
    /// Writes to the daemon's log, under the job's entry ID and run: those of the caller, if another function calls
    /// this one.
    public let logger: JobLogger
    /// The directory of the registry file that holds the entry, `.` in a terminal. It may be relative to the directory
    /// in which the daemon was started, which is that of the worker; of an entry with a `working_directory` it is absolute.
    public let directory: String
    /// The registry that the daemon has in force, and its functions.
    public let registry: JobRegistry
    // Not as a moment of Swift's clock, whose size is only known when the program runs.
    private let end: MonotonicInstant?
    /// What `isCancelled` asks; `nil`: the run is never to end before its time.
    public let cancellation: JobCancellation?

    /// For the tests of a function; a worker makes one for each run.
    public init(
        entry: EntryID, run: Int64, attempt: Int64 = 1, slot: WallInstant?, meta: Value.Map, data: Value.Map,
        arguments: [Value] = [],
        logger: JobLogger, directory: String, registry: JobRegistry = .none, deadline: SuspendingClock.Instant? = nil,
        cancellation: JobCancellation? = nil
    ) {
        (self.entry, self.run, self.attempt, self.slot) = (entry, run, attempt, slot)
        (self.meta, self.data, self.arguments) = (meta, data, arguments)
        (self.logger, self.directory, self.registry) = (logger, directory, registry)
        self.cancellation = cancellation
        end = deadline.map { Clock.monotonic() + Self.nanoseconds(SuspendingClock.now.duration(to: $0)) }
    }

    package init(
        entry: EntryID, run: Int64, attempt: Int64, slot: WallInstant?, meta: Value.Map, data: Value.Map,
        arguments: [Value], logger: JobLogger, directory: String, registry: JobRegistry, end: MonotonicInstant?,
        cancellation: JobCancellation?
    ) {
        (self.entry, self.run, self.attempt, self.slot) = (entry, run, attempt, slot)
        (self.meta, self.data, self.arguments) = (meta, data, arguments)
        (self.logger, self.directory, self.registry) = (logger, directory, registry)
        (self.end, self.cancellation) = (end, cancellation)
    }

    private static func nanoseconds(_ duration: Duration) -> Nanoseconds {
        let (seconds, attoseconds) = duration.components
        return Nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }

    /// When the entry's `timeout` ends the run; `nil`: the entry has none. Of a function that another one calls, that of the
    /// caller's run. In a virtual machine or a laptop that sleeps, this clock stands still meanwhile.
    public var deadline: SuspendingClock.Instant? {
        // Both clocks are CLOCK_MONOTONIC.
        end.map { .now.advanced(by: .nanoseconds(($0 - Clock.monotonic()).count)) }
    }

    /// Whether the run of an async function is to end: at its time-out, at a stop, or for the next run (`overlap: replace`). Its
    /// task is cancelled then too (`Task.isCancelled`). What the function returns or throws after that is not asked for: when it
    /// has ended, so does the worker. SIGKILL ends it after the entry's `kill_after`, and 1 s later at a stop.
    ///
    /// Of a function that is not async it is never true: its worker ends at once.
    public var isCancelled: Bool { cancellation?.isCancelled ?? false }

    /// The entry's `args`; `.null` if it has none.
    public var args: Value { data["args"] ?? .null }

    /// The path that the entry's data have under `key`; a relative one is taken to begin in `directory`. Nobody looks
    /// whether there is such a file.
    ///
    /// - Throws: `JobError` if the entry does not have the key, or has no string or an empty one there.
    public func path(_ key: String) throws -> String {
        guard let text = data[key]?.string, !text.isEmpty else {
            throw JobError("the entry has no '\(key)'; expected a path")
        }
        return text.hasPrefix("/") ? text : "\(directory)/\(text)"
    }

    /// Calls the function of another entry, such as `app:job.cleanup`, and waits for its result, in this worker and as
    /// part of this run. The entry need not be a job. Its function may be of any kind that this worker can run:
    ///
    /// - Swift: of this worker's own program. It finds `arguments` in its own context.
    /// - Lua, in `cronworker`: with `arguments`, or with a table that describes the run if there are none.
    /// - a command: with `arguments`, which must be strings, numbers or booleans, appended to its own. The result is
    ///   the last line of its output, a string.
    ///
    /// To be called where the job function itself runs, not from a thread or task of its own. Functions can call each
    /// other 16 deep, the job's own among them. There is no time limit.
    ///
    /// - Throws: what the function failed with, of whatever type, or why it could not be called: no such entry, not a
    ///   function, too deep, the wrong thread. The error's description is its text in the log.
    public func call(_ id: String, _ arguments: Value...) throws -> Value { try registry.call(id, arguments) }

    /// As the other, from an async job function or whatever it awaits. Calls that are made at the same time are run one after
    /// the other. What outlives the run can call no more.
    public func call(_ id: String, _ arguments: Value...) async throws -> Value {
        try await registry.callFromTask(id, arguments)
    }
}
