import ArgumentParser
import Crontool

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Explains a schedule in an English sentence, with notes on what may be unexpected.")

    @Argument(help: "Five fields as in crontab(5), @daily and its like, @every 10s, or @reboot.")
    var expression: String

    @Option(help: "The entry's ID, which H is hashed from.")
    var entry: String?

    @Flag(help: "The expression has six fields, the first being the second.")
    var seconds = false

    func run() throws {
        let schedule = try SlotInput.schedule(expression, entry: entry, hasSeconds: seconds, .next)
        try write(Explanation(schedule).text)
    }
}
