package import Logging

/// The daemon's log, from a level on.
package struct CronLog: Sendable {
    package let sink: LogSink
    /// What job functions log, with fields of their own.
    let functions: Logger
    private let level: Logger.Level
    let tap = LogTap()

    package init(_ sink: LogSink, level: Logger.Level) {
        (self.sink, self.level) = (sink, level)
        functions = Logger(label: "cronsupd") { _ in CronLogHandler(sink, level: level) }
    }

    /// What happens to jobs and to the daemon itself.
    func write(
        _ level: Logger.Level, _ message: String, _ fields: LogFields = [:], rank: LogSink.Rank = .record
    ) {
        // What runs came to and what they wrote is written down by itself.
        if rank == .record { tap.note(level, message, fields) }
        if level >= self.level { sink.write(level, message, fields, rank) }
    }
}
