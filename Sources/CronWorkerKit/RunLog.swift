package import Jobs
import Synchronization

/// The log of the current run, or of the last one: for what is not given a logger.
package enum RunLog {
    private static let current = Mutex<JobLogger?>(nil)

    /// `nil`: there was no run yet.
    package static var logger: JobLogger? { current.withLock { $0 } }

    static func begin(_ logger: JobLogger) { current.withLock { $0 = logger } }
}
