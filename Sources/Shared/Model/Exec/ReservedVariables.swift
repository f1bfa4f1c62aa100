/// The environment variables by which the daemon tells a worker, and all that the worker starts, where they belong.
package enum ReservedVariables {
    /// The daemon's process ID: tells the worker that it is supervised, and by whom.
    package static let supervisor = "CRONSUPD_PID"
    /// Whose processes these are, for a daemon that finds them left over from a previous life.
    package static let instance = "CRONSUPD_INSTANCE"
    /// Users besides root whose files root's processes read and run.
    package static let trustedOwners = "CRONSUPD_TRUST_OWNER"
    /// What is left of a job with another value in it would not be found, so no entry sets these.
    package static let all = [supervisor, instance]
    /// What the names of all variables begin with by which daemon and worker tell somebody something.
    package static let prefix = "CRONSUPD_"
}
