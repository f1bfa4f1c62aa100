import Model
import Values

/// What a command needs of the machine and does not find there. It may be there when the job runs: these are notes.
struct CommandNotes {
    private let command: ExecCommand
    private let process: ProcessSettings
    private let programs: ProgramSource
    private let issues: EntryDiagnostics
    /// Where the command begins; `nil`: in the daemon's directory.
    private let directory: String?

    /// `process`: that of the command's job.
    init(_ command: ExecCommand, _ process: ProcessSettings, _ programs: ProgramSource, _ issues: EntryDiagnostics) {
        (self.command, self.process, self.programs) = (command, process, programs)
        (self.issues, directory) = (issues, process.workingDirectory)
    }

    func add() {
        guard hasDirectory() else { return }
        switch command.program {
        case .arguments(let words):
            note(.noProgram, programs.program(words[0], search), words[0], at: ["command", "0"])
        case .shell(_, let shell):
            note(
                .noShell, programs.program(shell, search), shell,
                at: [issues.data["shell"] == nil ? "command" : "shell"])
        }
    }

    /// Without it nobody knows what a relative path would lead to.
    private func hasDirectory() -> Bool {
        guard let directory else { return true }
        let finding = programs.directory(directory)
        if finding != .there, !process.isDirectoryOptional {
            let name = PrintableText.quote(directory)
            let what = finding == .missing ? "no directory \(name) on this machine" : "\(name) is no directory"
            issues.note(.noDirectory, "working_directory: \(what); each run fails", at: ["working_directory"])
        }
        return finding == .there
    }

    private func note(_ note: Note, _ finding: ProgramSource.Finding, _ name: String, at path: [String]) {
        let name = PrintableText.quote(name)
        let what: String
        switch finding {
        case .there: return
        case .missing where name.utf8.contains(UInt8(ascii: "/")): what = "no program \(name) on this machine"
        case .missing: what = "no program \(name) in PATH (\(search.path ?? "none"))"
        case .unfit(let file): what = "\(PrintableText.quote(file)) is not a file that may be run"
        }
        issues.note(note, "\(path.joined(separator: ".")): \(what); each run fails", at: path)
    }

    /// The last of the variables counts, as in the command's own environment.
    private var search: ProgramSource.Search {
        let variables = process.environment.variables + command.environment
        let inherited = process.environment.isInherited ? programs.inheritedPath : ProcessSettings.Environment.path
        let path = variables.last { $0.name == "PATH" }.map(\.value) ?? inherited
        return ProgramSource.Search(path: path, directory: directory)
    }
}
