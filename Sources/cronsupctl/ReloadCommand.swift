import ArgumentParser
import Crontool
import Kernel
import Wire

struct ReloadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Has a running cronsupd read its registry again, and waits until it has.",
        discussion: """
            Exit codes: 3 no cronsupd is running; 100 the registry is wrong, and the one in force stays.
            """)

    @Flag(help: "Though the registry leaves no job.")
    var allowEmpty = false

    @Flag(help: "Do not wait for it.")
    var noWait = false

    @OptionGroup var output: AnswerOutput

    @OptionGroup var daemon: DaemonOptions

    func run() throws {
        let client = try daemon.connect()
        let request = ControlRequest.reload(.init(waits: !noWait, allowsEmpty: allowEmpty))
        let done = try client.ask(request, within: nil) { answer in
            output.take(answer)
            if case .error(let text) = answer { StandardDescriptors.writeError(text + "\n") }
        }
        if output.json { return output.take(.done(done)) }
        guard !noWait else { return }
        let parts = [
            ("added", done.added), ("changed", done.changed), ("removed", done.removed), ("unchanged", done.unchanged),
        ]
        let count = done.count ?? 0
        try write(
            "\(count) \(count == 1 ? "job" : "jobs"): " + parts.map { "\($1 ?? 0) \($0)" }.joined(separator: ", ")
                + "\n")
    }
}
