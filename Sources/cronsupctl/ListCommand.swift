import ArgumentParser
import Clocks
import Crontool
import Host
import Kernel

struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Shows when the jobs of a running cronsupd run next, and when they ran last.",
        discussion: "Exit codes: 3 no cronsupd is running.")

    @Option(help: ArgumentHelp("By what they are put in order.", valueName: "order"))
    var sort = StatusRows.Order.next

    @OptionGroup var table: TableOptions

    @OptionGroup var watch: WatchOptions

    @OptionGroup var daemon: DaemonOptions

    func run() throws { try watch.run(text) }

    private func text() throws -> String {
        let (found, disabled) = try StatusQuery(try daemon.connect()).jobs([])
        var rows = StatusRows(found, disabled: disabled, now: Clock.wall(), inUTC: table.utc)
        rows.sort(by: sort)
        if table.json { return rows.json }
        return rows.isEmpty ? "" : try rows.timers(table.layout)
    }
}
