/// A line of a crontab on its way to become an entry.
struct ImportedEntry: Hashable {
    /// Where it stood: `/etc/crontab:17`.
    var origin: String
    var name: String
    var command: CrontabCommand
    var shell: String
    /// `nil`: the user that runs the daemon.
    var user: String?
    var environment: [CrontabSetting]
    var schedule: String
    /// `nil`: that of the daemon.
    var zone: String?
    /// The lines above it.
    var comment: [String]
}
