package import Logging

/// Writes swift-log's records in one of our formats to the log's sink.
package struct CronLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    package var logLevel: Logger.Level
    private let sink: LogSink
    private let rank: LogSink.Rank

    /// `rank`: how readily the records are given up if the log's reader stalls.
    package init(_ sink: LogSink, rank: LogSink.Rank, level: Logger.Level) {
        (self.sink, self.rank, logLevel) = (sink, rank, level)
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        // Records of runs are so many that they have a way of their own.
        if case .stringConvertible(let value)? = event.metadata?[TickFields.key], let tick = value as? TickFields {
            sink.write(tick, event, rank)
        } else {
            sink.write(event, pairs(event.metadata), rank)
        }
    }

    /// In the order of `LogKey`, whatever order the dictionary has.
    private func pairs(_ own: Logger.Metadata?) -> [(key: String, value: String)] {
        var all = own ?? [:]
        if !metadata.isEmpty { all.merge(metadata) { own, _ in own } }
        if let provided = metadataProvider?.get(), !provided.isEmpty { all.merge(provided) { own, _ in own } }
        var ranked: [(rank: Int, key: String, value: String)] = []
        ranked.reserveCapacity(all.count)
        for (key, value) in all { ranked.append((LogKey.rank(key), key, Self.text(value))) }
        ranked.sort { $0.rank != $1.rank ? $0.rank < $1.rank : $0.key < $1.key }
        return ranked.map { ($0.key, $0.value) }
    }

    private static func text(_ value: Logger.MetadataValue) -> String {
        if case .string(let text) = value { text } else { value.description }
    }
}
