public import Values

/// Lines from a job function for the daemon's log. It never waits, may be used from any thread, and throws nothing.
///
/// A line is a message of at most 4,096 bytes: a text that does not fit is cut, a field that does not fit is left out.
/// Of each job, 100 lines a second are logged in the long run and 1,000 at once, those that it prints included; what is
/// left out is counted.
public struct JobLogger: Sendable {
    public typealias Level = LogLevel

    /// Further fields, such as `["device": "/dev/sda1"]`. One that has the name of a field of the
    /// daemon's, such as `entry`, `run` or `message`, is left out.
    public typealias Metadata = KeyValuePairs<String, String>
    public typealias Field = (key: String, value: String)
    public typealias Sink = @Sendable (Level, String, [Field]) -> Void

    private let sink: Sink

    /// For the tests of a function. What it logs goes to `sink`.
    public init(sink: @escaping Sink) { self.sink = sink }

    public func debug(_ message: String, _ metadata: Metadata = [:]) { log(.debug, message, metadata) }
    public func info(_ message: String, _ metadata: Metadata = [:]) { log(.info, message, metadata) }
    public func warning(_ message: String, _ metadata: Metadata = [:]) { log(.warning, message, metadata) }
    public func error(_ message: String, _ metadata: Metadata = [:]) { log(.error, message, metadata) }

    private func log(_ level: Level, _ message: String, _ metadata: Metadata) {
        log(level, message, metadata.map { (key: $0.key, value: $0.value) })
    }

    package func log(_ level: Level, _ message: String, _ fields: [Field]) { sink(level, message, fields) }
}
