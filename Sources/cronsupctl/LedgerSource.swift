import ArgumentParser
import Crontool
import Host
import Values

/// Which ledger a command asks: that of a daemon, or one in a file.
struct LedgerSource: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A ledger to be read without a daemon: a copy of its database, or the directory that it is in.",
            valueName: "path"), completion: .file())
    var read: String?

    @OptionGroup var daemon: DaemonOptions

    func validate() throws {
        if read != nil, daemon.registry != nil || daemon.daemon != nil || daemon.runtimeDirectory != nil {
            throw ValidationError(
                "--read reads a file, and asks no daemon; expected no --registry, --daemon or --runtime-directory with it"
            )
        }
    }

    func open() throws(DaemonFailure) -> Opened {
        guard let read else {
            let client = try daemon.connect()
            return Opened(client: client, ledger: try client.ledger())
        }
        DaemonOptions.complainOfZone()
        return Opened(client: nil, ledger: try LedgerClient(reading: read, by: ProgramPath.of("cronledger")))
    }

    struct Opened {
        /// `nil`: there is none to be asked.
        let client: DaemonClient?
        let ledger: LedgerClient

        /// With what was probably meant.
        func hinted(_ failure: DaemonFailure, _ entry: EntryID?) -> DaemonFailure {
            client.map { StatusQuery($0).hinted(failure, ofLedger: entry) } ?? failure
        }
    }
}
