import ArgumentParser
import Clocks
import Crontool
import Host
import Kernel
import Wire

struct ResumeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Ends a pause of a job, a group or all: their runs begin again with their next slots.",
        discussion: """
            Ends the pause that was asked for with the same words. A job that a wider pause holds for stays paused, and is refused. \
            Exit codes: 1 there is no such job or group, or a wider pause holds; 3 no cronsupd is running.
            """)

    @OptionGroup var options: PauseOptions

    @OptionGroup var output: AnswerOutput

    @OptionGroup var daemon: DaemonOptions

    func run() throws {
        _ = try options.scopes()
        let client = try daemon.connect()
        try options.each(client) { scope throws(DaemonFailure) in
            let done = try client.ask(.resume(.init(scope)))
            output.finish(done, PauseText(scope, now: Clock.wall()).resumed(done))
        }
    }
}
