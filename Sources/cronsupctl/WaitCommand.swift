import ArgumentParser
import Crontool
import Host
import Kernel
import Model
import Values
import Wire

struct WaitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Waits until a run of a job of a running cronsupd ends: the one that is going, or the next one.",
        discussion: """
            Each attempt at a slot is a run. If cronsupd is started again meanwhile, it waits on. Exit codes: 1 there is no such job; 2 \
            the run came to another outcome; 3 no cronsupd is running; 4 the end of the run is not known; 124 the time is over; 130 \
            Ctrl-C.
            """)

    @Argument(help: ArgumentHelp("The ID of the job.", valueName: "running-job"))
    var job: String

    @Option(help: ArgumentHelp("What the run is to come to.", valueName: "outcome"))
    var outcome = RunOutcome.ok

    @Option(parsing: .unconditional, help: ArgumentHelp("For how long at most: 30s, 10m, 2h.", valueName: "duration"))
    var timeout: String?

    @OptionGroup var output: AnswerOutput

    @OptionGroup var daemon: DaemonOptions

    func run() throws {
        let entry = try StatusQuery.entry(job)
        let limit = try timeout.map { try TimeInput.span($0, "--timeout") }
        let client = try daemon.connect()
        let wait = try RunWait(client, entry, limit: limit)
        do throws(DaemonFailure) {
            try wait.ask(.wait(.init(entry: entry))) { answer in
                output.take(answer)
                if case .running(let run) = answer { output.tell("\(entry) run \(run.run)\n") }
            }
        } catch {
            throw StatusQuery(client).hinted(error, entry)
        }
        wait.result.show(output)
        if wait.result.outcome != outcome.outcome { throw Ending(code: ExitCode.notOk) }
    }
}

/// What a run can come to.
struct RunOutcome: ExpressibleByArgument, CustomStringConvertible {
    let outcome: Outcome

    static let ok = RunOutcome(outcome: .ok)

    private init(outcome: Outcome) { self.outcome = outcome }

    init?(argument: String) {
        guard let outcome = Outcome(rawValue: argument), outcome.isOfRun else { return nil }
        self.outcome = outcome
    }

    var description: String { outcome.rawValue }

    static var allValueStrings: [String] { Outcome.allCases.filter(\.isOfRun).map(\.rawValue) }
}
