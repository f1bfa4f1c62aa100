import Kernel
import Values

/// What is known of the runs of `@reboot`, of which each job has one at a boot.
protocol BootRecord: AnyObject {
    /// Whether the job's run is still to come.
    func isDue(_ id: EntryID) -> Bool
    /// It has begun.
    func began(_ id: EntryID) throws(SystemError)
}
