import Model
import Schedules
import Values

/// Looks at the names of a job's keys: those that nobody knows, and those that stand in the wrong place.
struct JobKeys {
    let issues: EntryDiagnostics
    let kind: FunctionKind
    /// If not, it is only called, and its `meta` says nothing of when.
    let isJob: Bool

    /// The keys that an unknown key may be a misspelling of. Not `name`, `kind`, `meta` and `type`: a job has them, so
    /// another key that resembles them, such as `bind`, is not misspelt.
    static let metaKeys = Schedule.metaKeys + ["comment", "description", "tags", "labels", "title"]
    /// What people would not put into `meta` for another purpose.
    private static let besideKeys =
        ["environment", "lifecycle", "working_directory"] + PolicyReader.keys + ProcessReader.keys
        + EnvironmentReader.keys
    private static let commonKeys =
        ["lifecycle", "args", "comment"] + PolicyReader.keys + ProcessReader.keys
        + EnvironmentReader.keys
    static func known(of kind: FunctionKind) -> [String] { commonKeys + EntryFunction.keys(of: kind) }

    /// What entries of Wippy have beside `kind`, whatever that is.
    static let foreignKeys = [
        "depends_on", "host", "imports", "input", "modules", "options", "pool", "process", "requires", "security",
    ]

    // MARK: Beside kind

    func checkData() {
        let isCompanion = kind == .swift && issues.data["source"]?.value.string == CompanionFunction.program
        let known = Self.known(of: kind) + (isCompanion ? CompanionReader.allKeys : [])
        for key in issues.data.value.map?.keys ?? [] where !known.contains(key) {
            if isJob, Schedule.metaKeys.contains(key), issues.meta[key] == nil {
                reportMetaKey(key)
            } else if kind == .exec {
                reportForeign(key, known)
            } else if KnownKeys.nearest(to: key, known) != nil {
                // A function may have keys of its own, unless they look like misspelt keys of ours.
                issues.data.unknownKey(key, known)
            }
        }
    }

    /// A function may have such a key of its own, but not where it is what the job lacks.
    private func reportMetaKey(_ key: String) {
        let message = "\(PrintableText.quote(key)) stands in meta; expected it there, not beside kind"
        if kind == .exec || Self.ruleKeys.contains(key) && !hasRule {
            issues.error(message, at: [key], .key)
        } else {
            issues.note(.misplacedKey, message, at: [key], .key)
        }
    }

    static let ruleKeys = ["interval", "schedule"]
    private var hasRule: Bool { Self.ruleKeys.contains { issues.meta[$0] != nil } }

    /// Whether the key that says when the job runs is there, and has been reported.
    var hasMisplacedRule: Bool { !hasRule && Self.ruleKeys.contains { issues.data[$0] != nil } }

    /// A command does not get them.
    private func reportForeign(_ key: String, _ known: [String]) {
        if Self.foreignKeys.contains(key) || KnownKeys.isFree(key) {
            issues.data.noEffect(key)
        } else {
            issues.data.unknownKey(key, known)
        }
    }

    // MARK: In meta

    /// Others have keys of their own there, so that only one wrong letter makes a slip. Returns the keys that mean nothing to a job.
    func checkMeta() -> [String] {
        var free: [String] = []
        for key in issues.meta.value.map?.keys ?? [] where key != "type" && !Self.metaKeys.contains(key) {
            if KnownKeys.slip(of: key, Self.metaKeys) != nil {
                issues.meta.unknownKey(key, Self.metaKeys)
            } else if Self.besideKeys.contains(key) {
                let message = "\(PrintableText.quote(key)) stands beside kind; expected it there, not in meta"
                issues.note(.misplacedKey, "meta: " + message, at: ["meta", key], .key)
            } else {
                free.append(key)
            }
        }
        return free
    }
}
