import ArgumentParser
import Host
import Kernel
import Web

// Before there is any other thread: signals are read where they are waited for.
SignalQueue.blockAll()
ThisProcess.exit(launch())

func launch() -> Int32 {
    do {
        try StandardDescriptors.ensureOpen()
        BrokenPipe.becomesAnError()
        let arguments = Array(CommandLine.arguments.dropFirst())
        if let complaint = RepeatedOption.complaint(about: arguments, of: Cronweb._dumpHelp()) {
            return fail(complaint, ExitCode.wrongInput)
        }
        try Service(try Cronweb.parse(arguments)).run()
        return ExitCode.success
    } catch let failure as ServiceFailure {
        return fail(failure.description, ExitCode.wrongInput)
    } catch let error as SystemError {
        return fail("\(error)", ExitCode.systemFailure)
    } catch {
        return answer(error)
    }
}

/// The command line asked for help or the version, or is wrong.
func answer(_ error: any Error) -> Int32 {
    guard Cronweb.exitCode(for: error).isSuccess else {
        StandardDescriptors.writeError(Cronweb.fullMessage(for: error) + "\n")
        return ExitCode.wrongInput
    }
    StandardDescriptors.writeOutput(Cronweb.fullMessage(for: error) + "\n")
    return ExitCode.success
}

func fail(_ message: String, _ code: Int32) -> Int32 {
    StandardDescriptors.writeError("cronweb: \(message)\n")
    return code
}
