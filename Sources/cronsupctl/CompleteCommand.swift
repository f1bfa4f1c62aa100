import ArgumentParser
import Clocks
import Crontool
import Kernel

struct CompleteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "complete",
        abstract: "Says what a word on a command line may be, for the completions of shells.",
        discussion: """
            Answers with lines: 'words', 'files SUFFIX...' or 'directories', which the shell is to add by itself; what of \
            the word is a file's name; what stands before that; and each word that fits. After 2 s without an answer it is killed.
            """)

    @Argument(help: "For which shell: bash, zsh or fish. Or jobs: the IDs of the jobs of a running cronsupd.")
    var shell: Purpose

    @Argument(
        help: ArgumentHelp(
            "Which of the words is to be completed; the program is 0. With jobs, what they begin with.",
            valueName: "n"))
    var number: String?

    @Argument(help: ArgumentHelp("The command line, after --.", valueName: "word"))
    var words: [String] = []

    @OptionGroup var daemon: DaemonOptions

    enum Purpose: ExpressibleByArgument, Equatable {
        case shell(UserShell)
        case jobs

        init?(argument: String) {
            if argument == "jobs" {
                self = .jobs
            } else {
                guard let shell = UserShell(argument: argument) else { return nil }
                self = .shell(shell)
            }
        }

        static var allValueStrings: [String] { UserShell.allValueStrings + ["jobs"] }
    }

    /// Whoever waits for it has not asked for it.
    private static let patience = Nanoseconds.seconds(2)

    func run() throws {
        guard case .shell(let shell) = shell else { return try showJobs() }
        let timer = try KillTimer(at: Clock.monotonic() + Self.patience)
        guard let current = Int(number ?? ""), let line = TypedLine(shell, words: words, current: current) else {
            throw ValidationError("no word \(number ?? "") after the program; expected 1 to \(words.count - 1)")
        }
        let definitions = ProgramDefinitions { Cronsupctl._dumpHelp() }
        let completion = Completion(line, grammarOf: definitions, from: .machine { RunningJobs.names($0) })
        try write(completion.text(withHelp: shell != .bash))
        _ = consume timer
    }

    private func showJobs() throws {
        let names = RunningJobs.names(daemon.site, within: RunningJobs.patience)
        try write(names.filter { $0.hasPrefix(number ?? "") }.map { $0 + "\n" }.joined())
    }
}

extension UserShell: ExpressibleByArgument {}
