/// Samples of one name.
struct MetricFamily {
    let name: String
    let kind: Kind
    let help: String

    enum Kind: String {
        case counter, gauge, histogram, summary
        /// What does not change, in labels: its value is 1.
        case info
    }

    init(_ name: String, _ kind: Kind, _ help: String) { (self.name, self.kind, self.help) = (name, kind, help) }

    /// How the name of its samples ends.
    var suffix: String {
        switch kind {
        case .counter: "_total"
        case .info: "_info"
        case .gauge, .histogram, .summary: ""
        }
    }
}

/// All of them, in their order. docs/METRICS.md has the same.
enum MetricFamilies {
    static let up = MetricFamily("cronsupd_up", .gauge, "Whether a cronsupd answers.")
    static let info = MetricFamily("cronsupd", .info, "Which cronsupd it is.")
    static let start = MetricFamily("cronsupd_start_time_seconds", .gauge, "When the daemon was started.")
    static let ready = MetricFamily("cronsupd_ready", .gauge, "Whether it has its registry, and does not stop.")
    static let jobs = MetricFamily("cronsupd_jobs", .gauge, "Jobs by what they do now.")
    static let withoutSeries = MetricFamily(
        "cronsupd_jobs_without_series", .gauge, "Jobs that have no series of their own here, since there are too many.")
    static let durations = MetricFamily(
        "cronsupd_run_duration_seconds", .histogram, "How long the runs of all jobs took.")
    static let latenesses = MetricFamily(
        "cronsupd_run_lateness_seconds", .histogram, "How long after their slots the runs of all jobs began.")
    static let reloadSuccess = MetricFamily(
        "cronsupd_reload_success", .gauge, "Whether the registry that was found last is in force.")
    static let reloadTime = MetricFamily(
        "cronsupd_reload_timestamp_seconds", .gauge, "When the registry in force was read.")
    static let reloads = MetricFamily("cronsupd_reloads", .counter, "Reloads of the registry by their result.")
    static let lag = MetricFamily(
        "cronsupd_loop_lag_seconds", .gauge,
        "How late the daemon came to what was due: the greatest since it was last asked, or in the last minute.")
    static let logDropped = MetricFamily(
        "cronsupd_log_dropped", .counter, "Lines of the log that were given up, since nobody read them.")
    static let ledgerUp = MetricFamily(
        "cronsupd_ledger_up", .gauge, "Whether cronledger is there and its last work went well.")
    static let ledgerLag = MetricFamily(
        "cronsupd_ledger_lag_seconds", .gauge, "How long records have waited for the ledger.")
    static let journal = MetricFamily(
        "cronsupd_ledger_journal_bytes", .gauge, "What waits in the journal for the ledger.")
    static let journalLimit = MetricFamily(
        "cronsupd_ledger_journal_limit_bytes", .gauge, "How much the journal holds.")
    static let ledgerSize = MetricFamily("cronsupd_ledger_size_bytes", .gauge, "The size of the ledger's database.")
    static let commits = MetricFamily(
        "cronsupd_ledger_commits", .counter, "How often the ledger has committed what was in the journal.")
    static let lost = MetricFamily(
        "cronsupd_ledger_dropped", .counter, "Records that there was no room for in the journal.")
    static let errors = MetricFamily("cronsupd_ledger_errors", .counter, "How often the ledger could not write.")
    static let processor = MetricFamily(
        "cronsupd_process_cpu_seconds", .counter, "What the daemon has used of the processors.")
    static let memory = MetricFamily(
        "cronsupd_process_resident_memory_bytes", .gauge, "What of the daemon is in memory.")
    static let files = MetricFamily("cronsupd_process_open_fds", .gauge, "What the daemon has open.")

    static let jobInfo = MetricFamily("cronsupd_job", .info, "The jobs.")
    static let slots = MetricFamily("cronsupd_slots", .counter, "Slots that came due, by what became of them.")
    static let runs = MetricFamily(
        "cronsupd_runs", .counter, "Runs that have ended, further attempts and runs by hand among them.")
    static let jobDuration = MetricFamily(
        "cronsupd_job_duration_seconds", .summary, "How long the runs of a job took that have ended.")
    static let lastSuccess = MetricFamily(
        "cronsupd_job_last_success_timestamp_seconds", .gauge, "When the last run that was ok ended.")
    static let lastRun = MetricFamily(
        "cronsupd_job_last_run_timestamp_seconds", .gauge, "When the last run that has ended began.")
    static let nextSlot = MetricFamily(
        "cronsupd_job_next_slot_timestamp_seconds", .gauge, "When the next slot is due.")
    static let due = MetricFamily(
        "cronsupd_job_due_timestamp_seconds", .gauge,
        "When the first slot after the last one that was ok was due, or will be; or the further attempt at it.")
    static let lastDuration = MetricFamily(
        "cronsupd_job_last_duration_seconds", .gauge, "How long the last run took that has ended.")
    static let lastLateness = MetricFamily(
        "cronsupd_job_last_lateness_seconds", .gauge, "How late the last run began that has ended.")
    static let running = MetricFamily("cronsupd_job_running", .gauge, "Whether a run is going.")
    static let failing = MetricFamily(
        "cronsupd_job_failing", .gauge,
        "Whether so many slots in a row have failed as the job's on_failure says, or its worker cannot be kept alive.")
    static let late = MetricFamily(
        "cronsupd_job_late", .gauge, "Whether a slot is later than the job's on_late allows.")
    static let paused = MetricFamily("cronsupd_job_paused", .gauge, "Whether the job is paused.")
    static let failures = MetricFamily("cronsupd_job_failures", .gauge, "Slots in a row that have failed.")
    static let restarts = MetricFamily(
        "cronsupd_worker_restarts", .counter, "Workers that ended unasked, by the reason.")
}
