import ArgumentParser
import Crontool
import Host
import Wire

struct PingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ping",
        abstract: "Asks a running cronsupd whether it is ready: it answers, has its registry and does not stop.",
        discussion:
            "For the health check of a container, too. Exit codes: 3 no cronsupd is running, or it is not ready.")

    @OptionGroup var output: AnswerOutput

    @OptionGroup var daemon: DaemonOptions

    func run() throws {
        let greeting = try greeting()
        if output.json { return output.take(.greeting(greeting)) }
        try write("cronsupd \(greeting.program)  pid \(greeting.pid)  registry \(greeting.registry)\n")
    }

    /// Whoever does not answer is as good as not there.
    private func greeting() throws -> ControlAnswer.Greeting {
        do throws(DaemonFailure) {
            let client = try daemon.reach()
            try client.ask(.ping)
            return client.greeting
        } catch {
            guard error.isPassing else { throw error }
            Ending.complain(error.description)
            throw Ending(code: ExitCode.noDaemon)
        }
    }
}
