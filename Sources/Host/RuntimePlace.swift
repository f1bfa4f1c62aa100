import Clocks
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

    /// A registry's name in each of them, and in the state directory: a hash of its path as it is given. Links are not followed, so that
    /// a deployment which turns one goes on with what it had.
    package static func key(of registry: String) -> String {
        RegistryKey.of((try? CrontabSources.absolute(registry)) ?? registry)
    }

    /// Whether a daemon may have this name in them, in the place of that of its registry.
    package static func mayBe(instance: String) -> Bool {
        let isPlain = instance.utf8.allSatisfy {
            ASCII.isWord($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
        }
        return isPlain && 1...64 ~= instance.utf8.count && !instance.hasPrefix(".") && !instance.hasPrefix("-")
            && !reserved.contains(instance)
    }

    /// The directory of the locks of registries.
    private static let reserved = ["registry"]
}
