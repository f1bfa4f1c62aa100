import ArgumentParser
import Crontool
import Kernel
import Values
import Wire

struct ResetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset",
        abstract: "Has a running cronsupd forget that the worker of a job has failed, and start it now.",
        discussion: """
            It ends the states backoff and failed. A worker that is there goes on. What the runs came to stays: the job is failing \
            until one of them ends well. Exit codes: 1 there is no such job, or it stops; 3 no cronsupd is running.
            """)

    @Argument(help: ArgumentHelp("The ID of the job.", valueName: "running-job"))
    var job: String

    @OptionGroup var output: AnswerOutput

    @OptionGroup var daemon: DaemonOptions

    func run() throws {
        let entry = try StatusQuery.entry(job)
        let client = try daemon.connect()
        do throws(DaemonFailure) {
            let done = try client.ask(.reset(.init(entry: entry)))
            let text = done.count == 0 ? "the worker of \(entry) has not failed" : "\(entry) is reset"
            output.finish(done, text + "\n")
        } catch {
            throw StatusQuery(client).hinted(error, entry)
        }
    }
}
