package import Model
package import Registry
package import Schedules

/// A registry as far as its text tells: whether the functions are there that it names is still to be asked.
package struct RegistryCandidate: Sendable {
    let load: RegistryLoad
    let found: JobEntries.Found

    package init(
        _ files: [RegistryFile], ignored: Diagnostics? = nil, zones: ZoneSource, accounts: AccountSource = .rootOnly,
        environmentFiles: EnvironmentFileSource = .empty, crontabs: CrontabFileSource? = nil,
        controllers: GroupControllers = .none
    ) {
        let text = RegistrySnapshot.load(files, ignored: ignored)
        load = crontabs.map { text.readingCrontabs(from: $0) } ?? text
        found = JobEntries.definitions(
            in: load, zones: zones, accounts: accounts, environmentFiles: environmentFiles, controllers: controllers)
    }

    var functions: [EntryFunction] { found.functions.map(\.function) }

    /// The same error of a file that many entries name is shown once.
    func functionErrors(_ answers: FunctionAnswers) -> [Diagnostic] {
        var seen: Set<FunctionAnswers.Refusal> = []
        var errors = Diagnostics(limit: load.limits.diagnostics)
        for (entry, function) in found.functions {
            guard let refusal = answers.refusal(of: function) else { continue }
            guard refusal.key == "method" || seen.insert(refusal).inserted else { continue }
            errors.add(load.error(at: [refusal.key], in: entry, refusal.error))
        }
        return errors.closed
    }
}
