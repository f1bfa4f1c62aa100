/// How a line of a job stands in the log, from the job function to the daemon's log. By default the daemon logs `info`
/// and above.
public enum LogLevel: String, Hashable, Sendable, CaseIterable {
    case debug, info, warning, error
}
