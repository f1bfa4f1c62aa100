package import Kernel
package import Logging

extension LogSink {
    /// The log of a daemon. `format`: as it was asked for; `nil`: as it fits the standard output. `style`: of the text.
    package static func standard(
        _ format: LogFormat?, _ style: LogStyle = .plain, journal path: String = JournalSocket.usualPath
    ) throws(SystemError) -> LogSink {
        let isJournal = JournalStream.leads(to: 1)
        if format == .journal { return LogSink(try JournalSocket(path: path)) }
        // A sandbox may hide the socket from a service that has the journal as its output.
        if format == nil, isJournal, let journal = try? JournalSocket(path: path) { return LogSink(journal) }
        return LogSink(try OutputStream.standardOutput(), format: format ?? .text, hasPriority: isJournal, style: style)
    }

    /// Each line with its priority in front, which the journal reads and takes off (sd-daemon(3)).
    package static func withPriority(_ text: String, _ level: Logger.Level) -> String {
        var result = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) where !line.isEmpty {
            result += "<\(level.priority)>\(line)\n"
        }
        return result
    }
}
