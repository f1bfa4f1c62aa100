import Kernel
package import Model
package import Registry
package import Schedules
package import Values

/// A registry as far as its text tells: whether the functions are there that it names is still to be asked.
package struct RegistryCandidate: Sendable {
    let load: RegistryLoad
    let found: JobEntries.Found

    /// `knownFiles`: the paths of those that had entries before.
    package init(
        _ files: [RegistryFile], ignored: Diagnostics? = nil, knownFiles: Set<String> = [], zones: ZoneSource,
        accounts: AccountSource = .rootOnly, environmentFiles: EnvironmentFileSource = .empty,
        crontabs: CrontabFileSource? = nil, controllers: GroupControllers = .none, programs: ProgramSource = .unasked,
        function: EntryID? = nil
    ) {
        let text = RegistrySnapshot.load(files, ignored: ignored, knownFiles: knownFiles)
        load = crontabs.map { text.readingCrontabs(from: $0) } ?? text
        found = JobEntries.definitions(
            in: load, zones: zones, accounts: accounts, environmentFiles: environmentFiles, controllers: controllers,
            programs: programs, function: function)
    }

    var functions: [EntryFunction] { found.functions.map(\.function) }

    /// To be called before these are opened, with a disk that notes what is looked at.
    func notePrograms(on disk: TrustedFiles) {
        for path in Set(functions.compactMap(\.program)) { _ = try? disk.status(path) }
    }

    /// The same error of a file that many entries name is shown once.
    func functionErrors(_ answers: FunctionAnswers) -> [Diagnostic] {
        var seen: Set<FunctionAnswers.Refusal> = []
        var errors = Diagnostics(limit: load.limits.diagnostics)
        for (entry, library) in found.libraries.files.sorted(by: { $0.key < $1.key }) {
            guard let refusal = answers.refusal(ofLibrary: library), seen.insert(refusal).inserted else { continue }
            errors.add(load.error(at: [refusal.key], in: entry, refusal.error))
        }
        for (entry, function) in found.functions {
            guard let refusal = answers.refusal(of: function), !isLibrarys(refusal, of: function, answers) else {
                continue
            }
            guard refusal.key == "method" || seen.insert(refusal).inserted else { continue }
            errors.add(load.error(at: [refusal.key], in: entry, refusal.error))
        }
        return errors.closed
    }

    /// The first argument was once the context.
    func functionNotes(_ answers: FunctionAnswers) -> [Diagnostic] {
        var notes = Diagnostics(limit: load.limits.diagnostics)
        for (entry, function) in found.functions {
            guard let name = answers.firstParameter(of: function), ["context", "ctx"].contains(name) else { continue }
            let message =
                "method: the first parameter is called '\(name)', but gets the entry's args; the context is the second argument"
            notes.add(.contextParameter, load.note(.contextParameter, at: ["method"], in: entry, message))
        }
        return notes.closed
    }

    /// What cannot be loaded since a library cannot is not at fault itself.
    private func isLibrarys(
        _ refusal: FunctionAnswers.Refusal, of function: EntryFunction, _ answers: FunctionAnswers
    ) -> Bool {
        guard refusal.key == "source", case .lua(let function) = function else { return false }
        return found.libraries.imports(of: function.source) { answers.refusal(ofLibrary: $0) != nil }
    }
}
