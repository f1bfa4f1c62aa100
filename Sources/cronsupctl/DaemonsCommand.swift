import ArgumentParser
import Crontool
import Host
import Kernel

struct DaemonsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "daemons",
        abstract: "Shows which cronsupd are running on this machine.",
        discussion: """
            As far as this user may look: what may not be asked is shown as denied, and what does not answer as silent. Exit codes: 3 \
            none is running.
            """)

    @Option(
        help: ArgumentHelp(
            "Where daemons have their --runtime-directory. (default: the usual places)", valueName: "path"),
        completion: .directory)
    var runtimeDirectory: String?

    @Flag(help: "Print JSON, an object a line.")
    var json = false

    @Flag(help: "Without the line of titles.")
    var noHeaders = false

    @Flag(help: "Whole texts, however narrow the screen is.")
    var wide = false

    func run() throws {
        let list = DaemonList(DaemonSite(place: runtimeDirectory, usual: RegistryOptions.usual))
        if json {
            try write(list.json)
        } else if !list.isEmpty {
            let width = Terminal.isThere(.output) ? Screen.width(isWide: wide) : nil
            try write(list.table(width: width, hasTitles: !noHeaders))
        }
        if list.isEmpty { throw Ending(code: ExitCode.noDaemon) }
    }
}
