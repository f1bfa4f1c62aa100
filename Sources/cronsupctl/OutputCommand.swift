import ArgumentParser
import Crontool
import Host
import Kernel
import Wire

struct OutputCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "output",
        abstract: "Prints what a run wrote, as far as it is kept.",
        discussion: """
            Of runs that did not end ok the last 8 KiB are kept, and of each job those of its last run, as long as the ledger runs. \
            Exit codes: 1 nothing is kept; 3 no cronsupd is running.
            """)

    @Argument(help: "The ID of the job.")
    var job: String

    @Argument(
        help: ArgumentHelp(
            "The number of the run; its last one that wrote something, if there is none.", valueName: "run"))
    var number: Int64?

    @OptionGroup var daemon: DaemonOptions

    func validate() throws {
        if let number, number < 1 { throw ValidationError("'\(number)' is no number of a run; expected one from 1") }
    }

    func run() throws {
        let entry = try StatusQuery.entry(job)
        let client = try daemon.connect()
        let ledger = try client.ledger()
        var (head, lines) = (LedgerAnswer.Output?.none, [String]())
        do throws(DaemonFailure) {
            try ledger.ask(.output(.init(entry: entry, run: number))) { answer in
                switch answer {
                case .output(let output): head = output
                case .line(let text): lines.append(text)
                default: break
                }
            }
        } catch {
            throw StatusQuery(client).hinted(error, entry)
        }
        guard let head else {
            let run = number.map { "run \($0) of '\(entry)'" } ?? "'\(entry)'"
            throw Ending.nothingFound("nothing is kept of what \(run) wrote")
        }
        let left = head.lines - Int64(lines.count)
        if left > 0 {
            StandardDescriptors.writeError("cronsupctl: the first \(left) lines of run \(head.run) are not kept\n")
        }
        let isShown = Terminal.isThere(.output)
        try write(lines.map { OutputText.line($0, isShown: isShown) }.joined())
    }
}
