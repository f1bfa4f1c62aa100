import Kernel
import Model

/// Where the daemons of this machine have their runtime directories.
package enum RuntimePlace {
    /// The place that says that there is to be none.
    package static let none = "none"
    /// In the directory of a daemon, the socket through which it is asked.
    package static let controlSocket = "control.sock"

    /// Where it is if the command line does not say so: what the service manager made (systemd.exec(5), RuntimeDirectory=), or the
    /// usual place of the system's or the user's, or one that is there everywhere.
    package static var usual: String {
        if let made = ThisProcess.environment("RUNTIME_DIRECTORY")?.split(separator: ":").first { return String(made) }
        return ofUser
    }

    /// The same, whatever the service manager made.
    package static var ofUser: String {
        if ThisProcess.userID == 0 { return ofSystem }
        if let user = ThisProcess.environment("XDG_RUNTIME_DIR"), user.hasPrefix("/") { return "\(user)/cronsupd" }
        return shared
    }

    private static let ofSystem = "/run/cronsupd"

    /// Where others could have been first.
    package static var shared: String { "/tmp/cronsupd-\(ThisProcess.userID)" }

    /// Where daemons may be that this user asks, in this order.
    package static var all: [String] {
        var places: [String] = []
        for place in [usual, ofUser, shared, ofSystem] where !places.contains(place) { places.append(place) }
        return places
    }

    /// A registry's name in each of them. It stays the same as long as the registry lies where it does.
    package static func key(of registry: String) -> String {
        RegistryKey.of((try? FileSystem.realPath(registry)) ?? registry)
    }
}
