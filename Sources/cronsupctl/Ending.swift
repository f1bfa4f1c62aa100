import Crontool
import Find
import Host
import Kernel

/// A command is over, and all that it had to say is said.
struct Ending: Error {
    let code: Int32

    /// Nothing was found; `words` say of what.
    static func nothingFound(_ words: String) -> Ending {
        complain(words)
        return Ending(code: ExitCode.nothingFound)
    }

    static func complain(_ words: String) { StandardDescriptors.writeError("cronsupctl: \(words)\n") }
}

/// What a command was given is wrong.
struct Failure {
    let description: String

    /// `nil`: `error` is of another sort.
    init?(_ error: any Error) {
        switch error {
        case let failure as InputFailure: description = failure.description + failure.excerpt
        case let failure as CrontabSources.Failure: description = failure.description
        case let failure as FindFailure: description = failure.message
        case let failure as OutputFile.Refusal: description = failure.description
        case let failure as RegistryReader.Failure: description = failure.description
        default: return nil
        }
    }
}

/// Writes all of `text` to the standard output.
func write(_ text: String) throws(SystemError) {
    try StandardDescriptors.writeOutput(Array(text.utf8))
}
