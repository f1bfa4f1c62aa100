import Values
import Wire

/// What clients may want of the daemon besides its jobs.
protocol ControlDesk: AnyObject {
    var registryPath: String { get }
    var isStopping: Bool { get }
    var disabledCount: Int { get }
    /// What is measured of the daemon. To ask for it may change it.
    var metrics: DaemonMetrics { get }
    /// Whether the registry in force has the job, and does not run it.
    func isDisabled(_ id: EntryID) -> Bool
    /// Begins a reload. Returns after how many reloads from now on its own is over.
    func reload(allowsEmpty: Bool) -> Int
    /// Somebody changes something: it is logged.
    func note(_ action: String, _ fields: LogFields, by connection: Connection)
    /// Whether the registry in force has a job in the group.
    func isGroup(_ name: String) -> Bool
}
