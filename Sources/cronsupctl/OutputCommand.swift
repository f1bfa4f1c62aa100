import ArgumentParser
import Clocks
import Crontool
import Host
import Kernel
import Values
import Wire

struct OutputCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "output",
        abstract: "Prints what a run wrote, as far as it is kept.",
        discussion: """
            Of runs that did not end ok the last 8 KiB are kept, and of each job those of its last run, as long as the ledger runs. \
            With -f it goes on until the run has ended. Exit codes: 1 nothing is kept; 3 no cronsupd is running; 4 with -f, cronsupd \
            is gone, and how the run ended is not known.
            """)

    @Argument(help: ArgumentHelp("The ID of the job.", valueName: "running-job"))
    var job: String

    @Argument(
        help: ArgumentHelp(
            "The number of the run; its last one that wrote something, if there is none.", valueName: "run"))
    var number: Int64?

    @Flag(name: .shortAndLong, help: "Go on with what the run writes, until it has ended.")
    var follow = false

    @Flag(help: "Print JSON, an object a line.")
    var json = false

    @OptionGroup var source: LedgerSource

    func validate() throws {
        if follow, source.read != nil {
            throw ValidationError("nothing comes to what is read from a file; expected no -f with --read")
        }
        if let number, number < 1 { throw ValidationError("'\(number)' is no number of a run; expected one from 1") }
    }

    func run() throws {
        let entry = try StatusQuery.entry(job)
        let opened = try source.open()
        let ledger = opened.ledger
        if follow, let client = opened.client, let run = try runInHand(client, entry) {
            return try goOn(ledger, entry, run)
        }
        let kept: KeptLines?
        do throws(DaemonFailure) {
            kept = try ledger.lines(of: entry, run: number)
        } catch {
            throw opened.hinted(error, entry)
        }
        guard let kept else {
            let run = number.map { "run \($0) of '\(entry)'" } ?? "'\(entry)'"
            throw Ending.nothingFound("nothing is kept of what \(run) wrote")
        }
        if !json { kept.complainOfLoss() }
        let isShown = Terminal.isThere(.output)
        try write(kept.lines.map { line($0, kept.run, isShown) }.joined())
    }

    private func line(_ text: String, _ run: Int64, _ isShown: Bool) -> String {
        guard json, let entry = EntryID(job) else { return OutputText.line(text, isShown: isShown) }
        return HistoryJSON.line(text, run: run, of: entry)
    }

    /// `nil`: none is going.
    private func runInHand(_ client: DaemonClient, _ entry: EntryID) throws -> Int64? {
        let run = try StatusQuery(client).jobs([entry.description]).jobs.first?.run?.number
        if let run, number == nil || number == run { return run }
        Ending.complain(
            "\(number.map { "run \($0)" } ?? "no run") of '\(entry)' is \(number == nil ? "" : "not ")going")
        return nil
    }

    /// So long it waits for a ledger that is gone.
    private static let patience = Nanoseconds.seconds(60)

    private func goOn(_ ledger: LedgerClient, _ entry: EntryID, _ run: Int64) throws {
        var output = LineOutput()
        let isShown = Terminal.isThere(.output)
        let follower = LedgerFollower(patience: Self.patience, complain: Ending.complain) {
            () throws(DaemonFailure) in try source.daemon.reach().ledger()
        }
        do throws(DaemonFailure) {
            try follower.output(ledger, of: entry, run: run) { answer in
                switch answer {
                case .line(let text): output.write(line(text, run, isShown))
                case .lost(let lost): Ending.complain("\(lost.lines ?? 0) lines of run \(run) are not kept")
                default: break
                }
                return !output.isBroken
            }
        } catch {
            guard case .refused = error else {
                throw DaemonFailure.unknownEnd("how run \(run) of '\(entry)' ended is not known: \(error)")
            }
            throw error
        }
        try output.finish()
    }
}

extension KeptLines {
    /// Of its beginning.
    func complainOfLoss() {
        if left > 0 {
            Ending.complain(
                "the first \(left) \(left == 1 ? "line" : "lines") of run \(run) \(left == 1 ? "is" : "are") not kept")
        }
    }
}
