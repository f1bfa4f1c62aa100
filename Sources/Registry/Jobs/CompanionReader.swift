import Model
import Values

/// Looks at an entry whose function is one of the program that comes with the daemon: its keys are known, and so is what it needs of the
/// machine. An alert that cannot be sent is found out about before it is needed.
struct CompanionReader {
    private let name: String
    private let process: ProcessSettings
    private let programs: ProgramSource
    private let issues: EntryDiagnostics

    static let sendmail = "/usr/sbin/sendmail"

    /// `name`: of the function.
    init(_ name: String, _ process: ProcessSettings, _ programs: ProgramSource, _ issues: EntryDiagnostics) {
        (self.name, self.process, self.programs, self.issues) = (name, process, programs, issues)
    }

    func check() {
        let program = name == "email" ? issues.data["sendmail"]?.value.string ?? Self.sendmail : "curl"
        let path = process.environment.isInherited ? programs.inheritedPath : ProcessSettings.Environment.path
        let own = process.environment.variables.last { $0.name == "PATH" }.map(\.value)
        let search = ProgramSource.Search(path: own ?? path, directory: process.workingDirectory)
        switch programs.program(program, search) {
        case .there: break
        case .missing:
            let place = program.hasPrefix("/") ? "on this machine" : "in PATH (\(search.path ?? "none"))"
            issues.error(
                "the function '\(name)' needs the program \(program), and there is none \(place); expected it to be installed",
                at: ["method"])
        case .unfit(let file):
            issues.error(
                "the function '\(name)' needs \(PrintableText.quote(file)), which is not a file that may be run",
                at: ["method"])
        }
    }
}
