package import Kernel
import Model

/// Where is kept what must outlive a boot: a directory for each registry, in a place that the user or the service manager names.
package enum StateDirectory {
    /// What the service manager made (systemd.exec(5), StateDirectory=).
    package static var made: String? {
        ThisProcess.environment("STATE_DIRECTORY")?.split(separator: ":").first.map(String.init)
    }

    /// Or else the usual place of the system's or the user's.
    package static var usual: String {
        if let made { return made }
        if ThisProcess.userID == 0 { return "/var/lib/cronsupd" }
        if let state = ThisProcess.environment("XDG_STATE_HOME"), state.hasPrefix("/") { return "\(state)/cronsupd" }
        return "\(ThisProcess.environment("HOME") ?? "")/.local/state/cronsupd"
    }

    /// Made if it is missing. Nothing is made in a place that is not trusted.
    package static func open(_ place: String, key: String, _ trust: Trust) throws(SystemError) -> PrivateDirectory {
        try TrustedFiles(trust).makeWay(to: place)
        // A link is systemd's, for a user that it makes (systemd.exec(5), DynamicUser=).
        return try PrivateDirectory.open((try? FileSystem.realPath(place)) ?? place).directory(key)
    }
}
