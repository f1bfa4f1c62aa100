import ArgumentParser
import Crontool
import Wire

struct PingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ping",
        abstract: "Asks a running cronsupd whether it answers.",
        discussion: "Exit codes: 3 no cronsupd is running; 111 it does not answer.")

    @OptionGroup var output: AnswerOutput

    @OptionGroup var daemon: DaemonOptions

    func run() throws {
        let client = try daemon.connect()
        try client.ask(.ping)
        let greeting = client.greeting
        if output.json { return output.take(.greeting(greeting)) }
        try write("cronsupd \(greeting.program)  pid \(greeting.pid)  registry \(greeting.registry)\n")
    }
}
