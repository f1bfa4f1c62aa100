package import Clocks
package import Logging

/// What the command line asks for.
package struct Configuration: Sendable {
    package var registry: String
    package var worker: String
    package var logFormat: LogFormat
    package var logLevel: Logger.Level
    package var stopTimeout: Nanoseconds

    package init(
        registry: String, worker: String, logFormat: LogFormat, logLevel: Logger.Level, stopTimeout: Nanoseconds
    ) {
        (self.registry, self.worker) = (registry, worker)
        (self.logFormat, self.logLevel, self.stopTimeout) = (logFormat, logLevel, stopTimeout)
    }
}

/// What a program ends with.
package enum ExitCode {
    /// Done.
    package static let success: Int32 = 0
    /// The user is wrong: the command line or the registry.
    package static let wrongInput: Int32 = 100
    /// The system failed, or a worker had to be killed.
    package static let systemFailure: Int32 = 111
}
