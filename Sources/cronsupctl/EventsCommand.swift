import ArgumentParser
import Clocks
import Crontool
import Host
import Wire

struct EventsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Shows what happened beside the runs, the newest last.",
        discussion: "Exit codes: 1 there is nothing, or no ledger; 3 no cronsupd is running.")

    @OptionGroup var options: HistoryOptions
    @OptionGroup var daemon: DaemonOptions

    func run() throws {
        let question = try options.question()
        let client = try daemon.connect()
        let ledger = try client.ledger()
        let text = HistoryText(showsJobs: true)
        var lines: [String] = []
        do throws(DaemonFailure) {
            _ = try question.events(ledger) { answer in
                guard case .event(let event) = answer else { return }
                lines.append(options.json ? HistoryJSON.line(answer) ?? "" : text.line(event))
            }
        } catch {
            throw StatusQuery(client).hinted(error, question.entry)
        }
        if lines.isEmpty { throw options.nothing("event", question) }
        try write(lines.reversed().joined())
    }
}
