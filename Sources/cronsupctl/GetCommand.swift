import ArgumentParser
import Crontool
import Host

struct GetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Shows the entry with an ID. Exit code 1 if there is none.")

    @Argument(help: ArgumentHelp("NAMESPACE:NAME.", valueName: "entry-id"))
    var id: String

    @OptionGroup var options: RegistryOptions

    func run() throws {
        guard let entry = try options.query().get(id) else { throw Ending(code: ExitCode.nothingFound) }
        try write(
            options.json
                ? EntryReport.json(entry) : EntryReport.table([entry], width: Screen.width(isWide: options.wide)))
    }
}
