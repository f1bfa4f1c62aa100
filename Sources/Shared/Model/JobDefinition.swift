package import Clocks
package import Schedules
package import Values

/// One job as a validated registry entry declares it: what runs, when, and how its worker is kept alive.
package struct JobDefinition: Sendable {
    package var id: EntryID
    package var kind: FunctionKind
    package var function: EntryFunction
    /// Changes when the files that the function is made of change; empty: it has none of
    /// its own.
    package var sourceVersion = ""
    package var schedule: Schedule
    package var lifecycle: Lifecycle
    package var policy = RunPolicy()
    package var process = ProcessSettings()
    /// It has no slots: its function is the hook of other jobs.
    package var isHookOnly = false
    package var controlGroupLimits = ControlGroupLimits()
    package var meta: Value.Map
    /// All keys of the entry but `name`, `kind` and `meta`.
    package var data: Value.Map
    /// Where the entry begins. No part of the job: an entry that only moved within its file is unchanged.
    package var location: SourceLocation
    package init(
        id: EntryID, kind: FunctionKind, function: EntryFunction, schedule: Schedule,
        lifecycle: Lifecycle, meta: Value.Map, data: Value.Map, location: SourceLocation
    ) {
        (self.id, self.kind, self.function) = (id, kind, function)
        (self.schedule, self.lifecycle) = (schedule, lifecycle)
        (self.meta, self.data) = (meta, data)
        self.location = location
    }

    /// Whether a worker that runs `self` would do the same for `other`.
    package func isSameJob(as other: JobDefinition) -> Bool {
        isSameWork(as: other) && schedule == other.schedule && meta == other.meta
    }

    /// Whether a run of `self` does what one of `other` would, though perhaps at other times.
    package func isSameWork(as other: JobDefinition) -> Bool {
        id == other.id && kind == other.kind && function == other.function && isHookOnly == other.isHookOnly
            && lifecycle == other.lifecycle && policy == other.policy && process == other.process
            && controlGroupLimits == other.controlGroupLimits && timelessMeta == other.timelessMeta
            && data == other.data && location.file == other.location.file && sourceVersion == other.sourceVersion
    }

    /// What becomes of processes that a run has left.
    package var leftovers: LeftoverRule {
        if case .exec(let command) = function { command.leftovers } else { .kill }
    }

    /// `meta` without what says when the job runs.
    private var timelessMeta: Value.Map {
        let pairs = zip(meta.keys, meta.values).filter { key, _ in !Schedule.metaKeys.contains(key) }
        return Value.Map(uniqueKeys: pairs.map(\.0), values: pairs.map(\.1))
    }
}

/// How a worker is started again and stopped: the entry's `lifecycle`.
package struct Lifecycle: Hashable, Sendable {
    /// How long the current run may take to end when the job stops. `nil`: the daemon's `--stop-timeout`.
    package var stopTimeout: Nanoseconds?
    /// A worker that has lived this long has recovered: the next failure counts as the first.
    package var stableThreshold = Nanoseconds.seconds(10)
    /// After so many failures in a row the job is `failed`: tried again only every five minutes. 0: never.
    package var restart = DelayRule(maxAttempts: 10)

    package init() {}
}
