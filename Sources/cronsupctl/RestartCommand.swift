import ArgumentParser
import Crontool
import Kernel
import Values
import Wire

struct RestartCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restart",
        abstract: "Has a running cronsupd start a fresh worker of a job.",
        discussion: """
            A run that is going ends by itself first. The slots of the job go on as they are. A job whose worker has failed has it \
            started now. Exit codes: 1 there is no such job, or it stops; 3 no cronsupd is running.
            """)

    @Argument(help: ArgumentHelp("The ID of the job.", valueName: "running-job"))
    var job: String

    @Flag(help: "Cancel the run that is going.")
    var now = false

    @OptionGroup var output: AnswerOutput

    @OptionGroup var daemon: DaemonOptions

    func run() throws {
        let entry = try StatusQuery.entry(job)
        let client = try daemon.connect()
        var run: ControlAnswer.Started?
        do throws(DaemonFailure) {
            let done = try client.ask(.restart(.init(entry: entry, isNow: now))) { answer in
                output.take(answer)
                if case .running(let going) = answer { run = going }
            }
            output.finish(done, text(entry.description, run, hasWorker: done.count != 0))
        } catch {
            throw StatusQuery(client).hinted(error, entry)
        }
    }

    private func text(_ entry: String, _ run: ControlAnswer.Started?, hasWorker: Bool) -> String {
        if let run { return "\(entry) has a fresh worker when run \(run.run) has ended\n" }
        return hasWorker ? "the worker of \(entry) is started again\n" : "\(entry) has no worker, and needs none now\n"
    }
}
