import Clocks

/// A crontab as it was read.
package struct CrontabFile: Sendable {
    package let path: String
    package let bytes: [UInt8]
    /// The sixth column names the user.
    package let isSystem: Bool
    /// Whose crontab it is, where no column says so; `nil`: nobody knows.
    package let owner: String?
    /// The entries are named after it: it is one of `cron.d`, where each belongs to a package or to a purpose.
    package let name: String?
    /// The absolute path, if it is known.
    package let place: String

    package init(path: String, bytes: [UInt8], isSystem: Bool, owner: String? = nil, place: String? = nil) {
        (self.path, self.bytes, self.isSystem) = (path, bytes, isSystem)
        let place = place ?? path
        self.place = place
        self.owner = owner ?? Self.owner(ofSpoolPath: place)
        let parts = place.split(separator: "/")
        name = parts.count > 1 && parts[parts.count - 2] == "cron.d" ? parts.last.map(String.init) : nil
    }

    /// Whether cron itself reads the file at `path`, an absolute one, as one of the system's.
    package static func isSystemPath(_ path: String) -> Bool {
        let parts = path.split(separator: "/")
        return path == "/etc/crontab" || (path.hasPrefix("/etc/") && parts.count == 3 && parts[1] == "cron.d")
    }

    private static let spool = ["var", "spool", "cron", "crontabs"]

    private static func owner(ofSpoolPath path: String) -> String? {
        let parts = path.split(separator: "/").map(String.init)
        guard path.hasPrefix("/"), parts.count == 5, parts.starts(with: spool) else { return nil }
        return parts[4]
    }

    /// Whether the files of the directory at `path`, an absolute one, are named after the users whose crontabs they are.
    package static func isSpoolDirectory(_ path: String) -> Bool {
        path.hasPrefix("/") && path.split(separator: "/").elementsEqual(spool.map { $0[...] })
    }

    /// Debian's cron ignores a file of cron.d with any other name, such as one that dpkg(1) or an editor has left.
    package static func isSystemName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.allSatisfy { ASCII.isWord($0) || $0 == UInt8(ascii: "-") }
    }

    /// Debian's cron ignores a file without one.
    package var hasLastLineEnd: Bool { bytes.last == UInt8(ascii: "\n") }
}
