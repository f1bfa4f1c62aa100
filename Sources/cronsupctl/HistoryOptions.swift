import ArgumentParser
import Clocks
import Crontool
import Host
import Kernel
import Values

/// What is asked of the past.
struct HistoryOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("The ID of a job; of all, if there is none.", valueName: "running-job"))
    var job: String?

    @Option(
        name: [.customShort("n"), .customLong("count")], parsing: .unconditional,
        help: ArgumentHelp("How many.", valueName: "n"))
    var count = 20

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Not those before: 02:00, yesterday, -2h, '2 days ago', 2026-03-29.", valueName: "time"))
    var since: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Those before alone.", valueName: "time"))
    var until: String?

    @Flag(help: "Print JSON, an object a line.")
    var json = false

    @Flag(help: "Print times in UTC.")
    var utc = false

    static let most = 1_000_000

    func validate() throws {
        guard 1...Self.most ~= count else {
            throw ValidationError("-n \(count): expected a number from 1 to \(Self.most)")
        }
    }

    func question() throws -> HistoryQuestion {
        var question = HistoryQuestion()
        if let job { question.entry = try StatusQuery.entry(job) }
        question.limit = count
        question.since = try Self.moment(since, "--since")
        question.until = try Self.moment(until, "--until")
        if let since = question.since, let until = question.until, since >= until {
            let text = HistoryText(isUTC: utc, showsJobs: false)
            throw InputFailure(
                "--since \(text.moment(of: since)) is not before --until \(text.moment(of: until)); expected a moment before it"
            )
        }
        return question
    }

    /// That there is none of what was asked for. `what`: `run`, `event`.
    func nothing(_ what: String, _ question: HistoryQuestion) -> Ending {
        let text = HistoryText(isUTC: utc, showsJobs: false)
        var words = "the ledger has no \(what)"
        if let entry = question.entry { words += " of '\(entry)'" }
        if let since = question.since { words += " since \(text.moment(of: since))" }
        if let until = question.until { words += " before \(text.moment(of: until))" }
        return .nothingFound(words)
    }

    /// In the zone of this process.
    static func moment(_ text: String?, _ option: String) throws -> WallInstant? {
        guard let text else { return nil }
        let reading = try TimeInput(now: Clock.wall(), .past).read(text, option)
        if let note = reading.note { StandardDescriptors.writeError("cronsupctl: \(note)\n") }
        return reading.moment
    }
}
