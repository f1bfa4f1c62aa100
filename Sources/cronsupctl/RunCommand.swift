import ArgumentParser
import Crontool
import Host
import Kernel
import Values
import Wire

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Has a running cronsupd begin a run of a job now, beside its slots.",
        discussion: """
            With --wait what the run wrote is printed on the standard output when it has ended, as far as the ledger has it, and how it \
            has ended on the standard error. Exit codes: 1 it is refused, as while another run of the job is going; 2 with --wait, the run did not end ok; 3 no \
            cronsupd is running; 4 with --wait, the run has begun and its end is not known; 130 Ctrl-C, which leaves the run going.
            """)

    @Argument(help: ArgumentHelp("The ID of the job.", valueName: "running-job"))
    var job: String

    @Flag(help: "Wait until the run has ended.")
    var wait = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "With --wait: for how long a cronsupd is looked for that has gone away.", valueName: "duration")
    )
    var patience = "30s"

    @OptionGroup var output: AnswerOutput

    @OptionGroup var daemon: DaemonOptions

    func run() throws {
        let entry = try StatusQuery.entry(job)
        let patience = try TimeInput.span(patience, "--patience")
        let client = try daemon.connect()
        var isOk = true
        func begun(_ answer: ControlAnswer) {
            output.take(answer)
            if case .started(let started) = answer { tell("\(entry) run \(started.run)\n") }
        }
        do throws(DaemonFailure) {
            guard wait else {
                let done = try client.ask(.run(.init(entry: entry, waits: false)), within: nil, begun)
                return output.finish(done, "")
            }
            let waiting = try RunWait(client, entry, patience: patience)
            try waiting.ask(.run(.init(entry: entry, waits: true)), begun)
            if let end = waiting.result.endFromLedger { output.take(end) }
            showLines(waiting, entry)
            if output.json { output.take(.done(.init())) } else { tell(waiting.result.text) }
            isOk = waiting.result.isOk
        } catch {
            throw StatusQuery(client).hinted(error, entry)
        }
        if !isOk { throw Ending(code: ExitCode.notOk) }
    }

    /// With --wait the standard output is for what the run wrote.
    private func tell(_ text: String) {
        guard !output.json else { return }
        if wait { StandardDescriptors.writeError(text) } else { StandardDescriptors.writeOutput(text) }
    }

    private func showLines(_ waiting: RunWait, _ entry: EntryID) {
        do throws(DaemonFailure) {
            guard let kept = try waiting.lines() else { return }
            kept.complainOfLoss()
            let isShown = Terminal.isThere(.output)
            let lines = kept.lines.map { line in
                output.json
                    ? HistoryJSON.line(line, run: kept.run, of: entry) : OutputText.line(line, isShown: isShown)
            }
            StandardDescriptors.writeOutput(lines.joined())
        } catch {
            Ending.complain("what the run wrote is in the log alone: \(error)")
        }
    }
}
