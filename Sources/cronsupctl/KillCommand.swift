import ArgumentParser
import Crontool
import Kernel
import Values
import Wire

struct KillCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kill",
        abstract: "Has a running cronsupd send one signal to the run of a job that is going.",
        discussion: """
            To the process group of its command, or of its worker if it runs a function in Swift or Lua. Nothing else is done: what \
            the run makes of it is its outcome. Exit codes: 1 there is no such job, or no run of it is going; 3 no cronsupd is \
            running.
            """)

    @Argument(help: ArgumentHelp("The ID of the job.", valueName: "running-job"))
    var job: String

    @Option(help: ArgumentHelp("Which: HUP, SIGHUP or 1.", valueName: "name"))
    var signal = "TERM"

    @OptionGroup var output: AnswerOutput

    @OptionGroup var daemon: DaemonOptions

    func validate() throws {
        if SignalName.number(of: signal) == nil {
            throw ValidationError("'\(signal)' is no signal; expected one such as HUP, USR1 or TERM")
        }
    }

    func run() throws {
        let entry = try StatusQuery.entry(job)
        let client = try daemon.connect()
        let name = SignalName.number(of: signal).map(SignalName.of) ?? signal
        do throws(DaemonFailure) {
            let done = try client.ask(.kill(.init(entry: entry, signal: name))) { answer in
                output.take(answer)
                guard case .running(let run) = answer else { return }
                output.tell("\(name) was sent to run \(run.run) of '\(run.entry)'\n")
            }
            output.finish(done, "")
        } catch {
            throw StatusQuery(client).hinted(error, entry)
        }
    }
}
