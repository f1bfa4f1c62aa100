import Host
package import Kernel
import Model

/// `cronworker`, and the programs that entries name as their `source`.
package final class WorkerPrograms {
    private(set) var standard: WorkerProgram
    /// Who may have written what is read and run with them.
    let trust: Trust
    private var others: [String: WorkerProgram] = [:]
    private let open: (_ path: String) -> WorkerProgram

    /// `openFiles`: the limit that workers get, which is the one that the daemon was started with. `mark`: a variable that tells
    /// whose workers they are.
    package init(
        standard path: String, openFiles: OpenFilesLimit, mark: String? = nil, trust: Trust = .unasked,
        player: Program.Player? = nil
    ) {
        let variables = [ReservedVariables.supervisor, ReservedVariables.instance, ReservedVariables.trustedOwners]
        let own = (variables + ServiceManager.variables).map { "\($0)=" }
        let environment =
            ThisProcess.environment.filter { entry in !own.contains { entry.hasPrefix($0) } }
            + (trust.text.isEmpty ? [] : ["\(ReservedVariables.trustedOwners)=\(trust.text)"])
        self.trust = trust
        open = { path in
            // Beside this program, wherever the registry is.
            let file = path == CompanionFunction.path ? ProgramPath.of(CompanionFunction.program) : path
            return WorkerProgram(
                path: file, trust, environment: environment, openFiles: openFiles, mark: mark, player: player)
        }
        standard = open(path)
    }

    /// `nil`: the standard one.
    func program(at path: String?) -> WorkerProgram {
        guard let path else { return standard }
        if let program = others[path] { return program }
        let program = open(path)
        others[path] = program
        return program
    }

    /// The file of a program, for those who look into it: one that the registry does not name any more is not opened again.
    func image(at path: String?) -> String { path.map { others[$0]?.image ?? $0 } ?? standard.image }

    /// The same programs for a registry that is not in force yet: those whose files are others by now are opened anew.
    func renewed() -> WorkerPrograms { WorkerPrograms(renewing: self) }

    private init(renewing other: WorkerPrograms) {
        (open, trust) = (other.open, other.trust)
        standard = other.standard.isCurrent ? other.standard : other.open(other.standard.path)
        others = other.others.filter(\.value.isCurrent)
    }

    /// Takes over what was renewed, but for programs that no job has any more.
    func adopt(_ renewed: WorkerPrograms, keeping paths: Set<String>) {
        standard = renewed.standard
        others = renewed.others.filter { paths.contains($0.key) }
    }
}

extension EntryFunction {
    /// The file of the program that runs it; `nil`: the standard one.
    var program: String? { if case .swift(_, let program) = self { program } else { nil } }
}
