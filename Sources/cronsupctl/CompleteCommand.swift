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

    @Argument(help: "For which shell: bash, zsh or fish.")
    var shell: UserShell

    @Argument(help: ArgumentHelp("Which of the words is to be completed; the program is 0.", valueName: "n"))
    var number: Int

    @Argument(help: ArgumentHelp("The command line, after --.", valueName: "word"))
    var words: [String]

    /// Whoever waits for it has not asked for it.
    private static let patience = Nanoseconds.seconds(2)

    func run() throws {
        let timer = try KillTimer(at: Clock.monotonic() + Self.patience)
        guard let line = TypedLine(shell, words: words, current: number) else {
            throw ValidationError("no word \(number) after the program; expected 1 to \(words.count - 1)")
        }
        let definitions = ProgramDefinitions { Cronsupctl._dumpHelp() }
        let completion = Completion(line, grammarOf: definitions, from: .machine)
        try write(completion.text(withHelp: shell != .bash))
        _ = consume timer
    }
}

extension UserShell: ExpressibleByArgument {}
