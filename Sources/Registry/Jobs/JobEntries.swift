package import Shared

/// Finds the jobs of a registry.
package enum JobEntries {
    static let jobType = "cron.job"

    /// The validated definition of every entry that is a job. An error anywhere means that none of them is to be used.
    ///
    /// `functions`: the names in the worker's catalog; `nil`: not to be checked.
    package static func definitions(
        in load: RegistryLoad, functions: Set<String>? = nil, zones: ZoneSource = .utcOnly
    ) -> (jobs: [JobDefinition], errors: [Diagnostic], notes: [Diagnostic]) {
        guard let snapshot = load.snapshot else { return ([], [], []) }
        var jobs: [JobDefinition] = []
        var errors = DiagnosticLog(limit: load.limits.diagnostics)
        var surprises = DiagnosticLog(limit: load.limits.diagnostics)
        let entries = discover(in: snapshot)
        for entry in entries {
            var reader = JobReader(entry, load, functions: functions, zones: zones)
            if let job = reader.definition(), reader.isEnabled { jobs.append(job) }
            errors.append(reader.errors)
            if let surprise = reader.surprise { surprises.add(surprise) }
        }
        return (jobs, errors.closed, surprises.closed + notes(on: snapshot, found: entries.count, load))
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
