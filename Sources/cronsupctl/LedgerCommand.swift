import ArgumentParser
import Clocks
import Crontool
import Host
import Kernel
import Values
import Wire

struct LedgerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract:
            "Shows how the ledger of a running cronsupd is; checks, copies and prunes it; without arguments: status.",
        subcommands: [
            LedgerStatusCommand.self, LedgerCheckCommand.self, LedgerBackupCommand.self, LedgerPruneCommand.self,
            LedgerExportCommand.self, LedgerForgetCommand.self,
        ])
}

struct LedgerStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Shows where it is, how large, and whether it can be written to.",
        discussion: "Exit codes: 1 it cannot be written to, or there is none; 3 no cronsupd is running.")

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var source: LedgerSource

    func run() throws {
        var found: LedgerAnswer.Status?
        try source.open().ledger.ask(.status) { if case .status(let status) = $0 { found = status } }
        guard let found else { throw DaemonFailure.gone }
        try write(json ? HistoryJSON.line(.status(found)) ?? "" : HistoryText.page(found))
        if !found.isOpen || found.trouble != nil { throw Ending(code: ExitCode.refused) }
    }
}

struct LedgerCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Looks through the whole of its database.",
        discussion: "Exit codes: 1 something is wrong with it, or there is none; 3 no cronsupd is running.")

    @Flag(help: "Print JSON, an object a line.")
    var json = false

    @OptionGroup var daemon: DaemonOptions

    func run() throws {
        var faults: [String] = []
        try daemon.connect().ledger().ask(.check) { if case .fault(let text) = $0 { faults.append(text) } }
        if json {
            try write(
                faults.map(HistoryJSON.fault).joined() + HistoryJSON.done([("faults", .int(Int64(faults.count)))]))
        } else {
            try write(faults.isEmpty ? "The ledger is in order.\n" : faults.map { "\($0)\n" }.joined())
        }
        if !faults.isEmpty { throw Ending(code: ExitCode.refused) }
    }
}

struct LedgerExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Prints all runs and gaps as JSON, an object a line, or as CSV, the newest first.",
        discussion: "Exit codes: 1 there is nothing, or no ledger; 3 no cronsupd is running.")

    @Argument(help: ArgumentHelp("The ID of a job; of all, if there is none.", valueName: "running-job"))
    var job: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Not those before.", valueName: "time"))
    var since: String?

    @Flag(help: "Print comma-separated values (RFC 4180), with a line of titles.")
    var csv = false

    @OptionGroup var source: LedgerSource

    func run() throws {
        var question = HistoryQuestion()
        if let job { question.entry = try StatusQuery.entry(job) }
        question.since = try HistoryOptions.moment(since, "--since")
        let opened = try source.open()
        let ledger = opened.ledger
        var output = LineOutput()
        if csv { output.write(HistoryCSV.titles) }
        let count: Int
        do throws(DaemonFailure) {
            count = try question.rows(ledger) { row in
                if let line = csv ? HistoryCSV.line(row) : HistoryJSON.line(row) { output.write(line) }
            }
        } catch {
            throw opened.hinted(error, question.entry)
        }
        try output.finish()
        if count == 0 { throw Ending.nothingFound("the ledger has no run of that") }
    }
}
