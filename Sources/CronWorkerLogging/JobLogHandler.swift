import CronWorkerKit
public import Logging

/// Where swift-log's records go in a worker: into the daemon's log, with the entry and the run, and the logger's label as `logger`.
/// To be named before `CronWorker.main`:
///
///     LoggingSystem.bootstrap(JobLogHandler.init)
///
/// What is logged before the first run goes to the standard error.
public struct JobLogHandler: LogHandler {
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?
    public var logLevel = Logger.Level.info
    private let label: String

    public init(label: String) { self.label = label }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        guard let logger = RunLog.logger else {
            var early = StreamLogHandler.standardError(label: label)
            early.metadata = metadata
            return early.log(event: event)
        }
        let provided = metadata.merging(metadataProvider?.get() ?? [:]) { own, _ in own }
        let all = provided.merging(event.metadata ?? [:]) { _, own in own }
        let fields = all.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value.description) }
        logger.log(event.level.ofJobs, event.message.description, [(key: "logger", value: label)] + fields)
    }
}

extension Logger.Level {
    fileprivate var ofJobs: LogLevel {
        switch self {
        case .trace, .debug: .debug
        case .info, .notice: .info
        case .warning: .warning
        case .error, .critical: .error
        }
    }
}
