import ArgumentParser
import Clocks
import Crontool
import Host
import Kernel
import Model
import Wire

struct HistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Shows what runs came to, and slots that had none, the newest first.",
        discussion: "Exit codes: 1 there is nothing, or no ledger; 3 no cronsupd is running.")

    @OptionGroup var options: HistoryOptions

    @Flag(help: "Runs alone that have failed.")
    var failed = false

    @Option(help: ArgumentHelp("Runs alone, and slots without one, that came to this.", valueName: "outcome"))
    var outcome: AnyOutcome?

    @Flag(help: "Without the line of titles.")
    var noHeaders = false

    @Flag(help: "Whole texts, however narrow the screen is.")
    var wide = false

    @OptionGroup var source: LedgerSource

    func run() throws {
        var question = try options.question()
        (question.onlyFailures, question.outcome) = (failed, outcome?.outcome)
        let opened = try source.open()
        let ledger = opened.ledger
        var rows: [LedgerAnswer] = []
        var output = LineOutput()
        let count: Int
        do throws(DaemonFailure) {
            count = try question.rows(ledger) { row in
                if !options.json { rows.append(row) } else if let line = HistoryJSON.line(row) { output.write(line) }
            }
        } catch {
            throw opened.hinted(error, question.entry)
        }
        try output.finish()
        if count == 0 { throw options.nothing(what, question) }
        guard !options.json else { return }
        let width = Terminal.isThere(.output) ? Screen.width(isWide: wide) : nil
        try write(
            HistoryText(isUTC: options.utc, showsJobs: options.job == nil).table(
                rows, width: width, hasTitles: !noHeaders))
    }

    private var what: String {
        if let outcome { return "run or slot that came to \(outcome.outcome.rawValue)" }
        return failed ? "failed run" : "run"
    }
}

/// What a run, or a slot without one, can come to.
struct AnyOutcome: ExpressibleByArgument {
    let outcome: Outcome

    init?(argument: String) {
        guard let outcome = Outcome(rawValue: argument) else { return nil }
        self.outcome = outcome
    }

    static var allValueStrings: [String] { Outcome.allCases.map(\.rawValue) }
}
