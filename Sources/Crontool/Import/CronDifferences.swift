package import Crontabs

/// What is said of an import as a whole: what each job that ran under cron finds changed here.
package enum CronDifferences {
    private static let general = [
        "a job has one run at a time: a slot that comes during a run is skipped and logged, where cron starts the command once more",
        "what a command writes goes to the log of cronsupd; no mail is sent",
        "a clock that is set forward makes the last slot that it skips run late, however far it is set; cron runs what it skips "
            + "at once, and leaves it out from three hours on",
        "commands have USER, and variables that begin with CRONSUPD_, in addition",
        "where the home directory of a user cannot be entered a command begins in /; under cron in cron's own spool directory",
    ]

    /// One line each: of every import first.
    package static func lines(of result: CrontabImport) -> [String] {
        guard let entry = result.entries.first else { return result.notes }
        return general + (entry.hasOwner ? [] : [ownerless(entry)]) + result.notes
    }

    private static func ownerless(_ entry: ImportedEntry) -> String {
        "no user is named, so the jobs run as the user of cronsupd, and begin in \(entry.home ?? "/"), the home of the user who "
            + "imported them; --user NAME names another"
    }

    private static let mostShown = 200

    /// The comment at the beginning of the registry file.
    package static func head(_ paths: [String], _ lines: [String]) -> [String] {
        let more = lines.count - mostShown
        return ["Made by cronsupctl import from \(paths.joined(separator: " "))", "", "What is different from cron:"]
            + lines.prefix(mostShown).map { "- \($0)" }
            + (more > 0 ? ["- \(more) lines more, on the standard error"] : [])
    }
}
