import ArgumentParser
import Clocks
import Crontool
import Host
import Values
import Wire

struct EventsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Shows what happened beside the runs, the newest last.",
        discussion: """
            With -f it goes on with what happens, until Ctrl-C: over an end of cronsupd too. Exit codes: 1 there is nothing, or no \
            ledger; 3 no cronsupd is running.
            """)

    @OptionGroup var options: HistoryOptions

    @Flag(name: .shortAndLong, help: "Go on with what happens.")
    var follow = false

    @OptionGroup var source: LedgerSource

    func validate() throws {
        if follow, source.read != nil {
            throw ValidationError("nothing comes to what is read from a file; expected no -f with --read")
        }
        if follow, options.until != nil { throw ValidationError("-f goes on without an end; expected no --until") }
    }

    func run() throws {
        let question = try options.question()
        let opened = try source.open()
        let ledger = opened.ledger
        let text = HistoryText(isUTC: options.utc, showsJobs: true)
        var lines: [String] = []
        var last = Int64(0)
        do throws(DaemonFailure) {
            last = try question.events(ledger) { answer in
                if case .event(let event) = answer { lines.append(line(event, text)) }
            }
        } catch {
            throw opened.hinted(error, question.entry)
        }
        if lines.isEmpty, !follow { throw options.nothing("event", question) }
        try write(lines.reversed().joined())
        if follow { try goOn(ledger, question.entry, after: last, text) }
    }

    private func line(_ event: LedgerAnswer.Event, _ text: HistoryText) -> String {
        options.json ? HistoryJSON.line(.event(event)) ?? "" : text.line(event)
    }

    private func goOn(
        _ ledger: LedgerClient, _ entry: EntryID?, after number: Int64, _ text: HistoryText
    ) throws {
        var output = LineOutput()
        let follower = LedgerFollower(patience: nil, complain: Ending.complain) { () throws(DaemonFailure) in
            try source.daemon.reach().ledger()
        }
        try follower.events(ledger, of: entry, after: number) { answer in
            switch answer {
            case .event(let event): output.write(line(event, text))
            case .lost(let lost):
                let count = lost.events ?? 0
                output.write(options.json ? "{\"lost\":\(count)}\n" : "lost events=\(count)\n")
            default: break
            }
            return !output.isBroken
        }
        try output.finish()
    }
}
