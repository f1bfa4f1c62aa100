import ArgumentParser
import Crontool
import Kernel
import Values
import Wire

struct CancelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Has a running cronsupd end the run of a job that is going, as at its time-out.",
        discussion: """
            Its worker gets SIGTERM, and SIGKILL if it is still there after kill_after; the run comes to cancelled, and the job goes \
            on with its next slot. A run that waits to begin is given up. Exit codes: 1 there is no such job, or no such run is \
            going; 3 no cronsupd is running; 4 the end of the run is not known.
            """)

    @Argument(help: ArgumentHelp("The ID of the job.", valueName: "running-job"))
    var job: String

    @Argument(help: ArgumentHelp("The number of the run: that one alone.", valueName: "run"))
    var number: Int64?

    @Flag(help: "Slots that are made up for, and the attempt that waits, instead of the run that is going.")
    var owed = false

    @Flag(help: "Do not wait until the run has ended.")
    var noWait = false

    @OptionGroup var output: AnswerOutput

    @OptionGroup var daemon: DaemonOptions

    func validate() throws {
        if let number, number < 1 { throw ValidationError("'\(number)' is no number of a run; expected one from 1") }
        if owed, number != nil { throw ValidationError("--owed is for no run; expected it without the number of one") }
    }

    func run() throws {
        let entry = try StatusQuery.entry(job)
        let client = try daemon.connect()
        do throws(DaemonFailure) {
            let waiting = try RunWait(client, entry)
            let request = ControlRequest.Cancel(entry: entry, run: number, isOwed: owed, waits: !noWait && !owed)
            let done = try waiting.ask(.cancel(request)) { output.take($0) }
            output.finish(done, waiting.result.cancelled(entry, slots: done.count))
        } catch {
            if case .interrupted = error { throw DaemonFailure.interrupted("the run is being ended all the same") }
            throw StatusQuery(client).hinted(error, entry)
        }
    }
}
