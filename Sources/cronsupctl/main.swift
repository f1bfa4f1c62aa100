import ArgumentParser
import Crontool
import Host
import Kernel

ThisProcess.exit(launch())

func launch() -> Int32 {
    do {
        try StandardDescriptors.ensureOpen()
        let arguments = OptionalValue.filled(Array(CommandLine.arguments.dropFirst()))
        if let complaint = RepeatedOption.complaint(about: arguments, of: Cronsupctl._dumpHelp()) {
            return fail(complaint, ExitCode.wrongInput)
        }
        // Nothing was asked: help is an answer to that, and not what a script wanted.
        if arguments == ["registry"] {
            StandardDescriptors.writeError(fitted(Cronsupctl.helpMessage(for: RegistryCommand.self)) + "\n")
            return ExitCode.wrongInput
        }
        var command = try Cronsupctl.parseAsRoot(meant(arguments))
        try command.run()
        return ExitCode.success
    } catch let ending as Ending {
        return ending.code
    } catch let failure as DaemonFailure {
        return fail(failure.description, failure.exitCode)
    } catch let error as SystemError {
        return fail("\(error)", ExitCode.systemFailure)
    } catch {
        return answer(error)
    }
}

/// What is left out is `status`, of a daemon or of its ledger; an option may follow all the same.
func meant(_ arguments: [String]) -> [String] {
    func isOption(_ word: String) -> Bool {
        word.hasPrefix("-") && !["-h", "--help", "--help-hidden", "--version"].contains(word)
            && !word.hasPrefix("--generate-completion-script") && !word.hasPrefix("--experimental-dump")
    }
    guard let first = arguments.first else { return ["status"] }
    if isOption(first) { return ["status"] + arguments }
    guard first == "ledger" else { return arguments }
    return arguments.dropFirst().first.map { !isOption($0) } ?? false
        ? arguments : ["ledger", "status"] + arguments.dropFirst()
}

/// The command line asked for help, the version or completions, or is wrong; or what it names is.
func answer(_ error: any Error) -> Int32 {
    if let failure = Failure(error) { return fail(failure.description, ExitCode.wrongInput) }
    guard Cronsupctl.exitCode(for: error).isSuccess else {
        StandardDescriptors.writeError(fitted(Cronsupctl.fullMessage(for: error)) + "\n")
        return ExitCode.wrongInput
    }
    StandardDescriptors.writeOutput(fitted(Cronsupctl.fullMessage(for: error)) + "\n")
    return ExitCode.success
}

/// To the screen.
func fitted(_ text: String) -> String { UsageText.fitted(text, width: Screen.width(isWide: false)) }

func fail(_ message: String, _ code: Int32) -> Int32 {
    StandardDescriptors.writeError("cronsupctl: \(message)\n")
    return code
}
