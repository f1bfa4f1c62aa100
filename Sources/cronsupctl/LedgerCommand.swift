import ArgumentParser
import Clocks
import Crontool
import Host
import Kernel
import Wire

struct LedgerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "Shows how the ledger of a running cronsupd is; checks, copies and prunes it.",
        subcommands: [
            LedgerStatusCommand.self, LedgerCheckCommand.self, LedgerBackupCommand.self, LedgerPruneCommand.self,
            LedgerExportCommand.self, LedgerForgetCommand.self,
        ], defaultSubcommand: LedgerStatusCommand.self)
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

    @OptionGroup var daemon: DaemonOptions

    func run() throws {
        var faults: [String] = []
        try daemon.connect().ledger().ask(.check) { if case .fault(let text) = $0 { faults.append(text) } }
        if faults.isEmpty { return try write("The ledger is in order.\n") }
        try write(faults.map { "\($0)\n" }.joined())
        throw Ending(code: ExitCode.refused)
    }
}

struct LedgerBackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Writes a copy of its database to a file.",
        discussion: """
            The file is written with the rights of whoever calls this, readable for its owner alone, and put in its place when it is \
            complete. Exit codes: 1 there is no ledger, or no room for a copy; 3 no cronsupd is running.
            """)

    @Argument(help: "The file to be written.", completion: .file())
    var file: String

    @OptionGroup var daemon: DaemonOptions

    func run() throws {
        let copy = try daemon.connect().ledger().copy()
        // Nobody can have put a link of this name there before.
        let new = "\(file).\(String(UInt64.random(in: 0...(.max)), radix: 16)).new"
        let target = try Descriptor.createNew(new)
        do {
            try copy.file.file.copyAll(to: target)
            guard try FileSystem.status(new).identity.size == copy.size else { throw DaemonFailure.gone }
            try target.sync(new)
            try FileSystem.rename(new, to: file)
        } catch {
            try? FileSystem.remove(new)
            throw error
        }
    }
}

struct LedgerPruneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune", abstract: "Removes now what need not be kept.",
        discussion: "Exit codes: 1 there is no ledger, or it is busy; 3 no cronsupd is running.")

    @OptionGroup var daemon: DaemonOptions

    func run() throws {
        let done = try daemon.connect().ledger().ask(.prune)
        try write("\(done.count) \(done.count == 1 ? "row" : "rows") removed\n")
    }
}

struct LedgerForgetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget", abstract: "Erases what runs of a job have said and written; what they came to stays.",
        discussion: "Exit codes: 1 there is no ledger, or it is busy; 3 no cronsupd is running.")

    @Argument(help: ArgumentHelp("The ID of the job.", valueName: "running-job"))
    var job: String

    @Argument(help: ArgumentHelp("The number of the run; all, if there is none.", valueName: "run"))
    var number: Int64?

    @Option(parsing: .unconditional, help: ArgumentHelp("Runs alone that began before.", valueName: "time"))
    var before: String?

    @OptionGroup var daemon: DaemonOptions

    func run() throws {
        let entry = try StatusQuery.entry(job)
        let moment = try HistoryOptions.moment(before, "--before").map { floorDivide($0.nanoseconds, 1_000) }
        let done = try daemon.connect().ledger().ask(.forget(.init(entry: entry, run: number, before: moment)))
        try write("\(done.count) \(done.count == 1 ? "run" : "runs") erased\n")
    }
}

struct LedgerExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Prints all runs and gaps as JSON, an object a line, the newest first.",
        discussion: "Exit codes: 1 there is nothing, or no ledger; 3 no cronsupd is running.")

    @Argument(help: ArgumentHelp("The ID of a job; of all, if there is none.", valueName: "running-job"))
    var job: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Not those before.", valueName: "time"))
    var since: String?

    @OptionGroup var source: LedgerSource

    func run() throws {
        var question = HistoryQuestion()
        if let job { question.entry = try StatusQuery.entry(job) }
        question.since = try HistoryOptions.moment(since, "--since")
        let opened = try source.open()
        let ledger = opened.ledger
        var output = LineOutput()
        let count: Int
        do throws(DaemonFailure) {
            count = try question.rows(ledger) { if let line = HistoryJSON.line($0) { output.write(line) } }
        } catch {
            throw opened.hinted(error, question.entry)
        }
        try output.finish()
        if count == 0 { throw Ending.nothingFound("the ledger has no run of that") }
    }
}
