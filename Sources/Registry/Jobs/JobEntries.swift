import Find
package import Model
package import Schedules
package import Values

/// Finds the jobs of a registry.
package enum JobEntries {

    /// What was made of the entries of a registry that are jobs.
    package struct Found: Sendable {
        package var jobs: [JobDefinition] = []
        /// The functions of hooks that are no jobs themselves.
        package var hookFunctions: [JobDefinition] = []
        package var disabled: [JobDefinition] = []
        /// How many jobs are disabled, those with errors among them.
        package var disabledCount = 0
        /// The functions of all job entries, also of those that have an error elsewhere or are disabled.
        package var functions: [(entry: EntryID, function: EntryFunction)] = []
        /// What these import.
        package var libraries = LuaLibraries()
        package var errors: [Diagnostic] = []
        package var notes: [Diagnostic] = []
    }

    /// The validated definition of every entry that is a job. An error anywhere means that none of them is to be used.
    /// The worker's program says whether their functions are there. `function`: is read as that of a hook is, though no job may
    /// call it.
    package static func definitions(
        in load: RegistryLoad, zones: ZoneSource = .utcOnly, accounts: AccountSource = .rootOnly,
        environmentFiles: EnvironmentFileSource = .empty, controllers: GroupControllers = .none,
        programs: ProgramSource = .unasked, function: EntryID? = nil
    ) -> Found {
        var found = Found()
        guard let snapshot = load.snapshot else { return found }
        var errors = Diagnostics(limit: load.limits.diagnostics)
        var notes = JobNotes(load)
        let entries = discover(in: snapshot)
        let files = EnvironmentFiles(environmentFiles)
        let defaults = DefaultsCheck(load, snapshot) {
            DefaultsReader(issues: $0, zones: zones, accounts: accounts, files: files, controllers: controllers)
        }
        errors.append(defaults.errors)
        notes.add(defaults.notes)
        let readerOf = { (entry: Entry) in
            JobReader(
                entry, load, zones: zones, accounts: accounts, files: files, controllers: controllers,
                programs: programs, faultyDefaults: defaults.faulty)
        }
        for entry in entries {
            var reader = readerOf(entry)
            let job = reader.definition()
            let definitions = job.map { [$0] } ?? []
            if reader.isEnabled {
                found.jobs += definitions
            } else {
                found.disabled += definitions
                found.disabledCount += 1
            }
            if let function = reader.function { found.functions.append((entry.id, function)) }
            errors.append(reader.errors)
            notes.add(reader.notes, freeKeys: reader.freeKeys, of: entry)
        }
        check(&found, load, &errors, &notes, function, reader: readerOf)
        found.errors = errors.closed
        notes.add(on: snapshot, found: entries.count)
        found.notes = notes.closed
        return found
    }

    /// What cannot be checked in one entry alone.
    private static func check(
        _ found: inout Found, _ load: RegistryLoad, _ errors: inout Diagnostics, _ notes: inout JobNotes,
        _ function: EntryID?, reader: @escaping (Entry) -> JobReader
    ) {
        var groups = GroupCheck()
        var hooks = HookFunctions(load, jobs: found.jobs, reader: reader)
        for job in found.jobs {
            if let trouble = groups.trouble(with: job) {
                errors.add(load.error(at: ["concurrency", "max"], in: job.id, trouble))
            }
            if !job.policy.hooks.isEmpty { hooks.add(hooksOf: job) }
        }
        if let function { hooks.add(function) }
        found.hookFunctions = hooks.definitions
        found.functions += hooks.functions
        errors.append(hooks.errors)
        notes.add(hooks.notes)
        var imports = ImportedLibraries(load)
        for (entry, function) in found.functions { imports.add(importsOf: entry, function) }
        found.libraries = imports.libraries
        errors.append(imports.errors)
    }

    private static func discover(in snapshot: RegistrySnapshot) -> [Entry] {
        do throws(FindFailure) {
            return try snapshot.find(["meta.type": Entry.jobType])
        } catch {
            preconditionFailure(error.message)
        }
    }
}
