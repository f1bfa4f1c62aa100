import Values

/// What a note about a registry says, in a name that people and scripts go by. docs/CRONSUPD.md has a table of them.
package enum Note: String, CaseIterable, Hashable, Sendable {
    case contextParameter = "context-parameter"
    case crontabCron = "crontab-cron"
    case crontabDifference = "crontab-difference"
    case crontabFile = "crontab-file"
    case crontabLine = "crontab-line"
    case dayRule = "day-rule"
    case foreignFile = "foreign-file"
    case intervalRestart = "interval-restart"
    case metaKey = "meta-key"
    case misplacedKey = "misplaced-key"
    case missingController = "missing-controller"
    case noDirectory = "no-directory"
    case noEffect = "no-effect"
    case noJob = "no-job"
    case noProgram = "no-program"
    case noShell = "no-shell"
    case notAJob = "not-a-job"
    case specialFile = "special-file"
    case suffixCase = "suffix-case"
    case unusedDefaults = "unused-defaults"

    package struct Unknown: Error, CustomStringConvertible {
        package let description: String
    }

    /// The notes that `--allow` names, with commas between, and those that the service itself may see otherwise.
    package static func named(_ texts: [String]) throws(Unknown) -> Set<Note> {
        var notes: Set<Note> = [.missingController]
        for name in texts.flatMap({ $0.split(separator: ",", omittingEmptySubsequences: false) }) {
            guard let note = Note(rawValue: String(name)) else { throw Unknown(String(name)) }
            notes.insert(note)
        }
        return notes
    }
}

extension Note.Unknown {
    fileprivate init(_ name: String) {
        let known = Note.allCases.map(\.rawValue)
        let hint = NearestName.of(name.prefix(64), among: known).map { "did you mean '\($0)'?" }
        description =
            "--allow: no note \(PrintableText.quote(name)); "
            + (hint ?? "expected one of \(known.joined(separator: ", "))")
    }
}
