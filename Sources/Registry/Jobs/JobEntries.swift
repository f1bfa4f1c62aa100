import Find
package import Model
package import Schedules
package import Values

/// Finds the jobs of a registry.
package enum JobEntries {
    static let jobType = "cron.job"

    /// What the entries of a registry that are jobs come to.
    package struct Found: Sendable {
        package var jobs: [JobDefinition] = []
        /// Functions that are called with what becomes of jobs, and are none themselves.
        package var called: [JobDefinition] = []
        /// Those of all job entries that name one, also if there is an error elsewhere in them, or if they are out of service.
        package var functions: [(entry: EntryID, function: EntryFunction)] = []
        package var errors: [Diagnostic] = []
        package var notes: [Diagnostic] = []
    }

    /// The validated definition of every entry that is a job. An error anywhere means that none of them is to be used.
    /// Whether their functions are there is for the worker's program to say.
    package static func definitions(
        in load: RegistryLoad, zones: ZoneSource = .utcOnly, accounts: AccountSource = .rootOnly,
        environmentFiles: EnvironmentFileSource = .empty, controllers: GroupControllers = .none
    ) -> Found {
        var found = Found()
        guard let snapshot = load.snapshot else { return found }
        var errors = DiagnosticLog(limit: load.limits.diagnostics)
        var surprises = DiagnosticLog(limit: load.limits.diagnostics)
        let entries = discover(in: snapshot)
        let files = EnvironmentFiles(environmentFiles)
        let readerOf = { (entry: Entry) in
            JobReader(entry, load, zones: zones, accounts: accounts, files: files, controllers: controllers)
        }
        for entry in entries {
            var reader = readerOf(entry)
            if let job = reader.definition(), reader.isEnabled { found.jobs.append(job) }
            if let function = reader.function { found.functions.append((entry.id, function)) }
            errors.append(reader.errors)
            if let surprise = reader.surprise { surprises.add(surprise) }
        }
        check(&found, load, &errors, reader: readerOf)
        found.errors = errors.closed
        found.notes = surprises.closed + notes(on: snapshot, found: entries.count, load)
        return found
    }

    /// What one entry alone does not tell.
    private static func check(
        _ found: inout Found, _ load: RegistryLoad, _ errors: inout DiagnosticLog,
        reader: @escaping (Entry) -> JobReader
    ) {
        var groups = GroupCheck()
        var called = CalledEntries(load, jobs: found.jobs, reader: reader)
        for job in found.jobs {
            if let trouble = groups.trouble(with: job) {
                errors.add(load.error(at: ["concurrency", "max"], in: job.id, trouble))
            }
            if !job.policy.hooks.isEmpty { called.add(calledBy: job) }
        }
        found.called = called.definitions
        found.functions += called.functions
        errors.append(called.errors)
    }

    private static func discover(in snapshot: RegistrySnapshot) -> [Entry] {
        do throws(FindFailure) {
            return try snapshot.find(["meta.type": jobType])
        } catch {
            preconditionFailure(error.message)
        }
    }

    /// What explains jobs that are not there.
    private static func notes(on snapshot: RegistrySnapshot, found: Int, _ load: RegistryLoad) -> [Diagnostic] {
        var notes = DiagnosticLog(limit: load.limits.diagnostics)
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

extension Entry {
    var isJob: Bool { meta["type"]?.string == JobEntries.jobType }
}
