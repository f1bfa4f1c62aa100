package import Kernel
import Model

/// `cronworker`, and the programs that entries name as their `source`.
package final class WorkerPrograms {
    private(set) var standard: WorkerProgram
    /// Who may have written what is read and run with them.
    let trust: Trust
    private let environment: [String]
    private let marks: [String]
    private let openFiles: OpenFilesLimit
    private let player: Program.Player?
    private var others: [String: WorkerProgram] = [:]

    /// `openFiles`: the limit that workers get, which is the one that the daemon was started with. `mark`: a variable that tells
    /// whose workers they are.
    package init(
        standard path: String, openFiles: OpenFilesLimit, mark: String? = nil, trust: Trust = .unasked,
        player: Program.Player? = nil
    ) {
        let variables = [ReservedVariables.supervisor, ReservedVariables.instance, ReservedVariables.trustedOwners]
        let own = (variables + ServiceManager.variables).map { "\($0)=" }
        environment =
            ThisProcess.environment.filter { entry in !own.contains { entry.hasPrefix($0) } }
            + (trust.text.isEmpty ? [] : ["\(ReservedVariables.trustedOwners)=\(trust.text)"])
        (self.openFiles, marks, self.trust, self.player) = (openFiles, mark.map { [$0] } ?? [], trust, player)
        standard = WorkerProgram(
            path: path, trust, environment: environment, openFiles: openFiles, marks: marks, player: player)
    }

    /// `nil`: the standard one.
    func program(at path: String?) -> WorkerProgram {
        guard let path else { return standard }
        if let program = others[path] { return program }
        let program = WorkerProgram(
            path: path, trust, environment: environment, openFiles: openFiles, marks: marks, player: player)
        others[path] = program
        return program
    }

    /// The file of a program, for those who look into it: one that the registry does not name any more is not opened again.
    func image(at path: String?) -> String { path.map { others[$0]?.image ?? $0 } ?? standard.image }

    /// The same programs for a registry that is not in force yet: those whose files are others by now are opened anew.
    func renewed() -> WorkerPrograms {
        let programs = WorkerPrograms(self)
        programs.others = others.filter(\.value.isCurrent)
        return programs
    }

    private init(_ other: WorkerPrograms) {
        (environment, marks, openFiles, player) = (other.environment, other.marks, other.openFiles, other.player)
        trust = other.trust
        let path = other.standard.path
        standard =
            other.standard.isCurrent
            ? other.standard
            : WorkerProgram(
                path: path, trust, environment: environment, openFiles: openFiles, marks: marks, player: player)
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
