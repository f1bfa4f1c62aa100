import Find
package import Model
package import Schedules
package import Values

/// Finds the jobs of a registry.
package enum JobEntries {
    static let jobType = Entry.jobType

    /// What was made of the entries of a registry that are jobs.
    package struct Found: Sendable {
        package var jobs: [JobDefinition] = []
        /// The functions of hooks that are no jobs themselves.
        package var hookFunctions: [JobDefinition] = []
        /// The functions of all job entries, also of those that have an error elsewhere or are disabled.
        package var functions: [(entry: EntryID, function: EntryFunction)] = []
        package var errors: [Diagnostic] = []
        package var notes: [Diagnostic] = []
    }

    /// The validated definition of every entry that is a job. An error anywhere means that none of them is to be used.
    /// The worker's program says whether their functions are there.
    package static func definitions(
        in load: RegistryLoad, zones: ZoneSource = .utcOnly, accounts: AccountSource = .rootOnly,
        environmentFiles: EnvironmentFileSource = .empty, controllers: GroupControllers = .none
    ) -> Found {
        var found = Found()
        guard let snapshot = load.snapshot else { return found }
        var errors = Diagnostics(limit: load.limits.diagnostics)
        var surprises = Diagnostics(limit: load.limits.diagnostics)
        let entries = discover(in: snapshot)
        let files = EnvironmentFiles(environmentFiles)
        let defaults = DefaultsCheck(load, snapshot) {
            DefaultsReader(issues: $0, zones: zones, accounts: accounts, files: files, controllers: controllers)
        }
        errors.append(defaults.errors)
        surprises.append(defaults.notes)
        let readerOf = { (entry: Entry) in
            JobReader(
                entry, load, zones: zones, accounts: accounts, files: files, controllers: controllers,
                faultyDefaults: defaults.faulty)
        }
        for entry in entries {
            var reader = readerOf(entry)
            if let job = reader.definition(), reader.isEnabled { found.jobs.append(job) }
            if let function = reader.function { found.functions.append((entry.id, function)) }
            errors.append(reader.errors)
            surprises.append(reader.notes)
        }
        check(&found, load, &errors, reader: readerOf)
        found.errors = errors.closed
        found.notes = surprises.closed + notes(on: snapshot, found: entries.count, load)
        return found
    }

    /// What cannot be checked in one entry alone.
    private static func check(
        _ found: inout Found, _ load: RegistryLoad, _ errors: inout Diagnostics,
        reader: @escaping (Entry) -> JobReader
    ) {
        var groups = GroupCheck()
        var hooks = HookFunctions(load, jobs: found.jobs, reader: reader)
        for job in found.jobs {
            if let trouble = groups.trouble(with: job) {
                errors.add(load.error(at: ["concurrency", "max"], in: job.id, trouble))
            }
            if !job.policy.hooks.isEmpty { hooks.add(hooksOf: job) }
        }
        found.hookFunctions = hooks.definitions
        found.functions += hooks.functions
        errors.append(hooks.errors)
    }

    private static func discover(in snapshot: RegistrySnapshot) -> [Entry] {
        do throws(FindFailure) {
            return try snapshot.find(["meta.type": jobType])
        } catch {
            preconditionFailure(error.message)
        }
    }

    /// Notes that explain why a job is not there.
    private static func notes(on snapshot: RegistrySnapshot, found: Int, _ load: RegistryLoad) -> [Diagnostic] {
        var notes = Diagnostics(limit: load.limits.diagnostics)
        for entry in snapshot.entries {
            guard let type = entry.meta["type"]?.string, type != jobType else { continue }
            guard KnownKeys.nearest(to: type, [jobType]) != nil else { continue }
            let message = "meta.type: \(PrintableText.quote(type)) makes no job; did you mean '\(jobType)'?"
            notes.add(load.positions.diagnostic(.note, at: ["meta", "type"], of: entry, message))
        }
        if found == 0, let first = snapshot.entries.first {
            let message = "no entry of the registry has meta.type: \(jobType); there is nothing to run"
            notes.add(Diagnostic(.note, at: SourceLocation(file: first.location.file, line: 1, column: 1), message))
        }
        return notes.closed
    }
}
