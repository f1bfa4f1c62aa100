package import Logging

/// The daemon's loggers: one for each rank of records, all into the same sink.
package struct CronLog: Sendable {
    package let sink: LogSink
    /// What happens to jobs and to the daemon itself.
    package let records: Logger
    /// The results of runs.
    package let ticks: Logger
    /// What jobs say.
    package let output: Logger

    package init(_ sink: LogSink, level: Logger.Level) {
        func logger(_ rank: LogSink.Rank) -> Logger {
            Logger(label: "cronsupd") { _ in CronLogHandler(sink, rank: rank, level: level) }
        }
        self.sink = sink
        records = logger(.record)
        ticks = logger(.tick)
        output = logger(.output)
    }
}
