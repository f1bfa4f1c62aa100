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

    @Option(name: [.customShort("n"), .customLong("count")], help: ArgumentHelp("How many.", valueName: "n"))
    var count = 20

    @Option(help: ArgumentHelp("Not those before: 02:00, yesterday, '2d ago', 2026-03-29.", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Those before alone.", valueName: "time"))
    var until: String?

    @Flag(help: "Print JSON, an object a line.")
    var json = false

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
        return question
    }

    /// In the zone of this process.
    static func moment(_ text: String?, _ option: String) throws -> WallInstant? {
        guard let text else { return nil }
        let reading = try TimeInput(now: Clock.wall(), .past).read(text, option)
        if let note = reading.note { StandardDescriptors.writeError("cronsupctl: \(note)\n") }
        return reading.moment
    }
}
