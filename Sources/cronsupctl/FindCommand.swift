import ArgumentParser
import Crontool
import Host

struct FindCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "find",
        abstract: "Shows the entries for which all criteria hold, in the order of the files.",
        discussion: """
            A criterion is KEY=TEXT. The key is .kind, .name, .ns, .id or meta.<key>, where dots go deeper. A character \
            before it changes the comparison: ~ regular expression, * contains, ^ begins with, $ ends with. Without one, a * \
            in the text of .kind, .name, .ns or .id stands for anything. Exit code 1 if no entry is found.
            """)

    @Argument(help: "Such as meta.type=cron.job, '.kind=function.*' or '~meta.comment=backup|copy'.")
    var criteria: [String] = []

    @OptionGroup var options: RegistryOptions

    func run() throws {
        let entries = try options.query().find(criteria)
        if options.json {
            try write(EntryReport.json(entries))
        } else if !entries.isEmpty {
            try write(EntryReport.table(entries, width: Screen.width(isWide: options.wide)))
        }
        if entries.isEmpty { throw Ending(code: ExitCode.nothingFound) }
    }
}
