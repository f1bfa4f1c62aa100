import ArgumentParser
import Crontool
import Host
import Kernel
import Wire

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Has a running cronsupd begin a run of a job now, beside its slots.",
        discussion: """
            Exit codes: 1 it is refused, as while another run of the job is going; 2 with --wait, the run did not end ok; 3 no \
            cronsupd is running; 4 with --wait, the run has begun and its end is not known.
            """)

    @Argument(help: "The ID of the job.")
    var job: String

    @Flag(help: "Wait until the run has ended.")
    var wait = false

    @OptionGroup var daemon: DaemonOptions

    func run() throws {
        let client = try daemon.connect()
        let entry = try StatusQuery.entry(job)
        var result = RunResult()
        do throws(DaemonFailure) {
            try client.ask(.run(.init(entry: entry, waits: wait)), within: nil) { answer in
                result.take(answer)
                if case .started(let started) = answer {
                    StandardDescriptors.writeOutput("\(entry) run \(started.run)\n")
                }
            }
        } catch {
            throw result.failure(StatusQuery(client).hinted(error, entry))
        }
        guard wait else { return }
        try write(result.text)
        if !result.isOk { throw Ending(code: ExitCode.notOk) }
    }
}
