import ArgumentParser
import Clocks
import Crontool
import Host
import Kernel
import Values
import Wire

struct LedgerPruneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune", abstract: "Removes now what need not be kept.",
        discussion: "Exit codes: 1 there is no ledger, or it is busy; 3 no cronsupd is running.")

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var daemon: DaemonOptions

    func run() throws {
        let count = try daemon.connect().ledger().ask(.prune).count
        try write(
            json
                ? HistoryJSON.done([("action", .string("prune")), ("count", .int(count))])
                : "\(count) \(count == 1 ? "row" : "rows") removed\n")
    }
}

struct LedgerForgetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget", abstract: "Erases what runs of a job have said and written; what they came to stays.",
        discussion: """
            Exit codes: 1 the ledger has no such job or run, there is no ledger, or it is busy; 3 no cronsupd is running.
            """)

    @Argument(help: ArgumentHelp("The ID of the job.", valueName: "running-job"))
    var job: String

    @Argument(help: ArgumentHelp("The number of the run; all, if there is none.", valueName: "run"))
    var number: Int64?

    @Option(parsing: .unconditional, help: ArgumentHelp("Runs alone that began before.", valueName: "time"))
    var before: String?

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var daemon: DaemonOptions

    func validate() throws {
        if let number, number < 1 { throw ValidationError("'\(number)' is no number of a run; expected one from 1") }
    }

    func run() throws {
        let entry = try StatusQuery.entry(job)
        let moment = try HistoryOptions.moment(before, "--before").map { floorDivide($0.nanoseconds, 1_000) }
        let client = try daemon.connect()
        do throws(DaemonFailure) {
            let done = try client.ledger().ask(.forget(.init(entry: entry, run: number, before: moment)))
            say(done.count, entry.description)
        } catch {
            throw StatusQuery(client).hinted(error, ofLedger: entry)
        }
    }

    private func say(_ count: Int64, _ entry: String) {
        StandardDescriptors.writeOutput(
            json
                ? HistoryJSON.done([
                    ("action", .string("forget")), ("entry", .string(entry)), ("run", number.map { .int($0) }),
                    ("count", .int(count)),
                ]) : "\(count) \(count == 1 ? "run" : "runs") erased\n")
    }
}
