/// Shows that the scheduler is alive.
@Sendable
func heartbeat(_ context: JobContext) -> JobResult { "ok" }
