import ArgumentParser
import Crontool
import Host
import Kernel

/// Which daemon a command asks.
struct DaemonOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            The registry of the daemon that is asked. (default: /etc/cronsupd, or that of the only one that is running)
            """, valueName: "path"),
        completion: .file())
    var registry: String?

    @Option(
        help: ArgumentHelp(
            "Where that daemon has its --runtime-directory. (default: one of the usual places)", valueName: "path"),
        completion: .directory)
    var runtimeDirectory: String?

    func connect() throws(DaemonFailure) -> DaemonClient {
        Self.complainOfZone()
        return try reach()
    }

    static func complainOfZone() {
        if let fault = ZoneDirectory().localFault { Ending.complain("\(fault); times are shown in UTC") }
    }

    /// The same without a word about the time zone.
    func reach() throws(DaemonFailure) -> DaemonClient {
        try DaemonSite(registry: registry, place: runtimeDirectory, usual: RegistryOptions.usual).connect()
    }
}
