import ArgumentParser
import Clocks
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
            "The daemon that is asked, by what its name in 'daemons' begins with, instead of its registry.",
            valueName: "key"))
    var daemon: String?

    @Option(
        help: ArgumentHelp(
            "Where that daemon has its --runtime-directory. (default: one of the usual places)", valueName: "path"),
        completion: .directory)
    var runtimeDirectory: String?

    func validate() throws {
        if registry != nil, daemon != nil { throw ValidationError("expected --registry or --daemon, not both") }
        if daemon?.isEmpty ?? false { throw ValidationError("--daemon is empty; expected what 'daemons' shows") }
    }

    var site: DaemonSite {
        DaemonSite(registry: registry, key: daemon, place: runtimeDirectory, usual: RegistryOptions.usual)
    }

    func connect() throws(DaemonFailure) -> DaemonClient {
        Self.complainOfZone()
        return try reach()
    }

    static func complainOfZone() {
        if let fault = ZoneDirectory().localFault { Ending.complain("\(fault); times are shown in UTC") }
    }

    /// The same without a word about the time zone.
    func reach() throws(DaemonFailure) -> DaemonClient { try site.connect() }

    /// When a job runs, as its daemon has it.
    func comingSlots(of job: String, count: Int) throws -> ComingSlots {
        let entry = try StatusQuery.entry(job)
        let client = try connect()
        do throws(DaemonFailure) {
            return try ComingSlots(client, entry, count: count, now: Clock.wall())
        } catch {
            throw StatusQuery(client).hinted(error, entry)
        }
    }
}
