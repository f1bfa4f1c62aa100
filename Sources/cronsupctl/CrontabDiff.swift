import Crontabs
import Crontool
import Host
import Kernel
import Model
import Registry

/// What `import --diff` does: holds a registry against crontabs.
struct CrontabDiff {
    private let imported: CrontabImport
    private let registry: String

    init(_ imported: CrontabImport, registry: String) { (self.imported, self.registry) = (imported, registry) }

    func run() throws {
        let comparison = ImportComparison(
            try jobs(RegistryLoad(imported.entries, namespace: "crontab")), origins: origins,
            registry: try jobs(try RegistryOptions.load(registry)),
            from: Clock.wall())
        StandardDescriptors.writeError(comparison.notes.map { "note: \($0)\n" }.joined())
        try write(comparison.differences.map { $0 + "\n" }.joined())
        if !comparison.differences.isEmpty { throw Ending(code: ExitCode.different) }
    }

    private var origins: [String: String] {
        Dictionary(imported.entries.map { ($0.name, $0.origin) }, uniquingKeysWith: { first, _ in first })
    }

    /// Errors in the registry, all of them, end the command.
    private func jobs(_ load: RegistryLoad) throws -> [JobDefinition] {
        let found = JobEntries.definitions(
            in: load, zones: ZoneDirectory().source, accounts: .host, environmentFiles: EnvironmentFileReader().source,
            controllers: .all)
        let errors = load.errors + found.errors
        guard errors.isEmpty else {
            StandardDescriptors.writeError(errors.map { "\($0.rendered)\n" }.joined())
            throw Ending(code: ExitCode.wrongInput)
        }
        return found.jobs
    }
}
