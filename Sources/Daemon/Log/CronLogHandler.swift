import Logging

/// Writes swift-log's records, which are those of job functions, to the log's sink.
struct CronLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel: Logger.Level
    private let sink: LogSink

    init(_ sink: LogSink, level: Logger.Level) { (self.sink, logLevel) = (sink, level) }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let shared = metadata.merging(metadataProvider?.get() ?? [:]) { own, _ in own }
        let all = (event.metadata ?? [:]).merging(shared) { own, _ in own }
        sink.write(event.level, event.message.description, LogKey.fields(all.mapValues(\.description)), .output)
    }
}
