package import Model
package import Registry
import Values

/// From a registry's text to jobs that can run: everything that can be wrong with it is found here.
package struct LoadedJobs: Sendable {
    package var jobs: [JobDefinition]
    /// Functions that are called with what becomes of jobs, each with a worker of its own from its first call on.
    package var hookFunctions: [JobDefinition]
    /// The paths of the files that have entries.
    let files: Set<String>
    package var errors: [Diagnostic]
    package var notes: [Diagnostic]
    /// Of the Lua files that were checked.
    package var texts = SourceTexts()

    init(_ candidate: RegistryCandidate, _ answers: FunctionAnswers, mostJobs: Int) {
        jobs = Self.versioned(candidate.found.jobs, answers)
        hookFunctions = Self.versioned(candidate.found.hookFunctions, answers)
        let load = candidate.load
        files = load.snapshot?.files ?? []
        let room = max(0, mostJobs - DescriptorBudget.jobs(for: candidate.functions))
        errors = Self.inOrder(
            load.errors + candidate.found.errors + candidate.functionErrors(answers)
                + Self.excess(jobs + hookFunctions, room, load))
        notes = Self.inOrder(load.notes + candidate.found.notes)
    }

    private static func versioned(_ jobs: [JobDefinition], _ answers: FunctionAnswers) -> [JobDefinition] {
        jobs.map { job in
            var job = job
            job.sourceVersion = answers.version(of: job.function)
            return job
        }
    }

    /// `mostJobs`: for how many the daemon has descriptors.
    private static func excess(_ jobs: [JobDefinition], _ mostJobs: Int, _ load: RegistryLoad) -> [Diagnostic] {
        guard jobs.count > mostJobs, let job = jobs.dropFirst(mostJobs).first else { return [] }
        return [
            load.error(
                at: [], in: job.id,
                "job \(mostJobs + 1) of \(jobs.count) is more than the limit of open files allows; "
                    + "expected at most \(mostJobs) jobs, or a higher limit (LimitNOFILE=, ulimit -n)")
        ]
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
