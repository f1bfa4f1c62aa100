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
            TIME is that of the slot, to the second or to a part of one, as it is written: 02:00 (the last one past), 'yesterday 02:00', '2026-03-29 03:00', \
            2026-03-29T03:00:00+02:00; without an offset in the zone of this process (TZ). A slot whose run is going is shown as such; of \
            one that is not there the slots before and after are named. Exit codes: 1 there is no such slot; 3 no cronsupd is running.
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
        let (start, end) = span(of: moment)
        var rows: [LedgerAnswer] = []
        do throws(DaemonFailure) {
            try opened.ledger.ask(.slots(.init(entry: entry, since: start, until: end))) { rows.append($0) }
            let text = HistoryText(isUTC: utc, showsJobs: false)
            let job = opened.client.flatMap { SlotAbsence.job(entry, $0) }
            let run = job?.run.flatMap { run in run.slot.map { start..<end ~= $0 } ?? false ? run : nil }
            guard !rows.isEmpty || run != nil else {
                let absence = try SlotAbsence(opened.ledger, opened.client, entry, at: moment, now: Clock.wall())
                throw DaemonFailure.nothing(absence.text(text))
            }
            show(rows, run, job, at: moment, text)
        } catch {
            throw opened.hinted(error, entry)
        }
    }

    /// `run`: the one of this slot that is going.
    private func show(
        _ rows: [LedgerAnswer], _ run: JobStatus.Going?, _ job: JobStatus?, at moment: WallInstant, _ text: HistoryText
    ) {
        guard let entry = EntryID(job?.entry.description ?? self.job) else { return }
        if json {
            let going = run.map { HistoryJSON.going($0, of: entry) } ?? ""
            return StandardDescriptors.writeOutput(rows.compactMap(HistoryJSON.line).joined() + going)
        }
        let going = run.map { "  \(text.going($0, job?.pid, now: Clock.wall()))\n" } ?? ""
        let title = text.title(entry, at: moment, jobZone: SlotAbsence.zone(of: job))
        StandardDescriptors.writeOutput(text.slot(title, rows) + going)
    }

    /// As far as TIME was written: a second, or a part of one. In microseconds.
    private func span(of moment: WallInstant) -> (start: Int64, end: Int64) {
        let microseconds = floorDivide(moment.nanoseconds, 1_000)
        let unit = [Int64(1_000_000), 1_000].first { microseconds.isMultiple(of: $0) } ?? 1
        return (microseconds, microseconds + unit)
    }
}
