package import Kernel
import Model

/// `cronworker`, and the programs that entries name as their `source`.
package final class WorkerPrograms {
    let standard: WorkerProgram
    private let environment: [String]
    private let marks: [String]
    private let openFiles: OpenFilesLimit
    private var others: [String: WorkerProgram] = [:]

    /// `openFiles`: the limit that workers get, which is the one that the daemon was started with. `mark`: a variable that tells
    /// whose workers they are.
    package init(standard path: String, openFiles: OpenFilesLimit, mark: String? = nil) {
        let variables = [ReservedVariables.supervisor, ReservedVariables.instance]
        let own = (variables + ServiceManager.variables).map { "\($0)=" }
        environment = ThisProcess.environment.filter { entry in !own.contains { entry.hasPrefix($0) } }
        (self.openFiles, marks) = (openFiles, mark.map { [$0] } ?? [])
        standard = WorkerProgram(path: path, environment: environment, openFiles: openFiles, marks: marks)
    }

    /// `nil`: the standard one.
    func program(at path: String?) -> WorkerProgram {
        guard let path else { return standard }
        if let program = others[path] { return program }
        let program = WorkerProgram(path: path, environment: environment, openFiles: openFiles, marks: marks)
        others[path] = program
        return program
    }

    /// Forgets the programs that no job has any more.
    func keep(_ paths: Set<String>) { others = others.filter { paths.contains($0.key) } }
}

extension EntryFunction {
    /// The file of the program that runs it; `nil`: the standard one.
    var program: String? { if case .swift(_, let program) = self { program } else { nil } }
}
