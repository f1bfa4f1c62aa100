import Host
import Kernel
package import Logging
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
    package let disabled: [JobDefinition]
    package let disabledCount: Int
    package var errors: [Diagnostic]
    package var notes: [Diagnostic]
    /// Of the Lua files that were checked.
    package var texts = SourceTexts()
    /// What was looked at.
    var survey = RegistrySurvey.unknown
    var marks: [String: FileMark] = [:]
    /// Somebody who is not trusted may have written some of it.
    var isUntrusted = false
    /// What was read, for who keeps it.
    var accepted: AcceptedRegistry?

    init(_ candidate: RegistryCandidate, _ answers: FunctionAnswers, mostJobs: Int) {
        // With an error nothing is run, and they may import each other in a circle.
        let isRight = candidate.found.errors.isEmpty
        var libraries = LibraryVersions(isRight ? candidate.found.libraries : LuaLibraries(), answers)
        jobs = Self.versioned(candidate.found.jobs, answers, &libraries)
        hookFunctions = Self.versioned(candidate.found.hookFunctions, answers, &libraries)
        (disabled, disabledCount) = (candidate.found.disabled, candidate.found.disabledCount)
        let load = candidate.load
        files = load.snapshot?.files ?? []
        let room = max(0, mostJobs - DescriptorBudget.jobs(for: candidate.functions))
        errors = Self.inOrder(
            load.errors + candidate.found.errors + candidate.functionErrors(answers)
                + Self.excess(jobs + hookFunctions, room, load))
        notes = Self.inOrder(load.notes + candidate.found.notes + candidate.functionNotes(answers))
    }

    private static func versioned(
        _ jobs: [JobDefinition], _ answers: FunctionAnswers, _ libraries: inout LibraryVersions
    ) -> [JobDefinition] {
        jobs.map { job in
            var job = job
            job.sourceVersion = answers.version(of: job.function, &libraries)
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

    /// Makes each note an error that is not one of `allowed`.
    mutating func refuseNotes(allowing allowed: Set<Note>) {
        let isAllowed = { (note: Diagnostic) in note.note.map(allowed.contains) ?? false }
        errors = Self.inOrder(errors + notes.filter { !isAllowed($0) }.map(\.refused))
        notes = notes.filter(isAllowed)
    }

    /// The errors and notes for people: each with its line of the registry and a caret.
    package var complaints: [(text: String, level: Logger.Level)] {
        Self.inOrder(errors + notes).map { ($0.rendered + "\n", $0.isNote ? .notice : .error) }
    }

    /// The errors alone.
    package var errorText: String { errors.map { $0.rendered + "\n" }.joined() }

    /// How to accept the notes that `--strict` makes errors.
    package var strictHint: String? {
        let refused = Set(errors.compactMap(\.note)).map(\.rawValue).sorted().joined(separator: ",")
        return refused.isEmpty ? nil : "notes are errors with --strict; accept them with --allow \(refused)"
    }

    /// `nil` if no job is disabled.
    package var disabledText: String? {
        disabledCount == 0 ? nil : "\(disabledCount) \(disabledCount == 1 ? "job is" : "jobs are") disabled"
    }
}
