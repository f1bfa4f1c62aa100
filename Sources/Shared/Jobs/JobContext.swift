package import Clocks
package import Shared

/// What a job function is told about its run.
package struct JobContext: Sendable {
    /// The registry entry that declares the job, such as `app:job.heartbeat`.
    package let entry: EntryID
    /// Counts from 1 over the whole life of the job, through every replacement of its worker.
    package let run: Int64
    /// The moment at which the run was due, in civil time; `nil` if it was asked for and has no slot.
    package let slot: WallInstant?
    /// The entry's `meta`.
    package let meta: Value.Map
    /// All that stands beside `name`, `kind` and `meta` in the entry.
    package let data: Value.Map
    /// Writes to the daemon's log, under the job's entry ID and run.
    package let logger: JobLogger
    /// The directory of the registry file that holds the entry.
    package let directory: String

    package init(
        entry: EntryID, run: Int64, slot: WallInstant?, meta: Value.Map, data: Value.Map, logger: JobLogger,
        directory: String
    ) {
        (self.entry, self.run, self.slot) = (entry, run, slot)
        (self.meta, self.data, self.logger, self.directory) = (meta, data, logger, directory)
    }

    /// The path in the entry's data under `key`, relative to the registry file.
    ///
    /// - Throws: `JobError` if the entry does not have it.
    package func path(_ key: String) throws -> String {
        guard let text = data[key]?.string, !text.isEmpty else {
            throw JobError("the entry has no '\(key)'; expected a path")
        }
        return text.hasPrefix("/") ? text : "\(directory)/\(text)"
    }
}

/// What a run came to, in one line for people: `7 files removed`.
package struct JobResult: Hashable, Sendable, ExpressibleByStringInterpolation {
    package let text: String

    package init(_ text: String) { self.text = text }
    package init(stringLiteral text: String) { self.text = text }
}

/// Why a run failed, for functions that have no error type of their own. Any error will do: its description is logged.
package struct JobError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// Lines from a job function for the daemon's log.
package struct JobLogger: Sendable {
    private let sink: @Sendable (Report.Log.Level, String, [Report.Log.Field]) -> Void

    package init(sink: @escaping @Sendable (Report.Log.Level, String, [Report.Log.Field]) -> Void) { self.sink = sink }

    package typealias Metadata = KeyValuePairs<String, String>

    package func debug(_ message: String, _ metadata: Metadata = [:]) { log(.debug, message, metadata) }
    package func info(_ message: String, _ metadata: Metadata = [:]) { log(.info, message, metadata) }
    package func warning(_ message: String, _ metadata: Metadata = [:]) { log(.warning, message, metadata) }
    package func error(_ message: String, _ metadata: Metadata = [:]) { log(.error, message, metadata) }

    private func log(_ level: Report.Log.Level, _ message: String, _ metadata: Metadata) {
        sink(level, message, metadata.map { Report.Log.Field(key: $0.key, value: $0.value) })
    }
}
