/// A crontab as it was read.
package struct CrontabFile: Sendable {
    package let path: String
    package let bytes: [UInt8]
    /// The sixth column names the user.
    package let isSystem: Bool
    /// Whose crontab it is, where no column says so; `nil`: nobody knows.
    package let owner: String?

    package init(path: String, bytes: [UInt8], isSystem: Bool, owner: String? = nil) {
        (self.path, self.bytes, self.isSystem) = (path, bytes, isSystem)
        self.owner = owner ?? Self.owner(ofSpoolPath: path)
    }

    /// Whether cron itself reads the file at `path` as one of the system's.
    package static func isSystemPath(_ path: String) -> Bool {
        let parts = path.split(separator: "/")
        return path == "/etc/crontab" || (path.hasPrefix("/etc/") && parts.count == 3 && parts[1] == "cron.d")
    }

    private static func owner(ofSpoolPath path: String) -> String? {
        let parts = path.split(separator: "/")
        guard path.hasPrefix("/var/spool/cron/crontabs/"), parts.count == 5 else { return nil }
        return String(parts[4])
    }
}
