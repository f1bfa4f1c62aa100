import ArgumentParser
import Clocks
import Crontool
import Host
import Kernel
import Values
import Wire

struct WhyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Says what became of a slot of a job, and why.",
        discussion: """
            TIME is that of the slot, to the second: 02:00 (the last one past), 'yesterday 02:00', '2026-03-29 03:00', \
            2026-03-29T03:00:00+02:00; without an offset in the zone of this process (TZ). Exit codes: 1 the ledger has no slot \
            there; 3 no cronsupd is running.
            """)

    @Argument(help: ArgumentHelp("The ID of the job.", valueName: "running-job"))
    var job: String

    @Argument(help: "When the slot was due.")
    var time: String

    @Flag(help: "Print JSON, an object a line.")
    var json = false

    @Flag(help: "Print times in UTC.")
    var utc = false

    @OptionGroup var source: LedgerSource

    func run() throws {
        let entry = try StatusQuery.entry(job)
        guard let moment = try HistoryOptions.moment(time, "TIME") else { return }
        let opened = try source.open()
        let ledger = opened.ledger
        let start = floorDivide(moment.nanoseconds, 1_000_000_000) * 1_000_000
        var rows: [LedgerAnswer] = []
        do throws(DaemonFailure) {
            try ledger.ask(.slots(.init(entry: entry, since: start, until: start + 1_000_000))) { rows.append($0) }
        } catch {
            throw opened.hinted(error, entry)
        }
        let text = HistoryText(isUTC: utc, showsJobs: false)
        guard !rows.isEmpty else {
            throw Ending.nothingFound("the ledger has no slot of '\(entry)' at \(text.moment(of: moment))")
        }
        try write(json ? rows.compactMap(HistoryJSON.line).joined() : text.slot(entry, at: moment, rows))
    }
}
