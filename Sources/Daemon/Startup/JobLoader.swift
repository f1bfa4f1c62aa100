package import Registry
package import Shared

/// From a registry's text to jobs that can run: everything that can be wrong with it is found here.
package struct LoadedJobs: Sendable {
    package var jobs: [JobDefinition]
    package var errors: [Diagnostic]
    package var notes: [Diagnostic]

    /// `functions`: what the worker has; `nil`: not to be checked. `mostJobs`: for how many the daemon has descriptors.
    package static func load(_ files: [RegistryFile], functions: Set<String>?, zones: ZoneSource, mostJobs: Int)
        -> LoadedJobs
    {
        let load = RegistrySnapshot.load(files)
        let (jobs, errors, notes) = JobEntries.definitions(in: load, functions: functions, zones: zones)
        var loaded = LoadedJobs(jobs: jobs, errors: load.errors + errors, notes: load.notes + notes)
        if jobs.count > mostJobs, let job = jobs.dropFirst(mostJobs).first {
            loaded.errors.append(
                load.error(
                    at: [], in: job.id,
                    "job \(mostJobs + 1) of \(jobs.count) is more than the limit of open files allows; "
                        + "expected at most \(mostJobs) jobs, or a higher limit (LimitNOFILE=, ulimit -n)"))
        }
        loaded.errors = inOrder(loaded.errors)
        loaded.notes = inOrder(loaded.notes)
        return loaded
    }

    /// As somebody works through them: by file, line and column.
    private static func inOrder(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
        diagnostics.sorted { left, right in
            let (left, right) = (left.location, right.location)
            return (left.file, left.line, left.column) < (right.file, right.line, right.column)
        }
    }

    /// The errors for people: each with its line of the registry and a caret.
    package var errorText: String { errors.map { $0.rendered + "\n" }.joined() }

    package var noteText: String { notes.map { "note: \($0.rendered)\n" }.joined() }
}
