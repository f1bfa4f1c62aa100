import ArgumentParser
import Clocks
import Crontool
import Host
import Kernel

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows how the jobs of a running cronsupd stand: those that fail first, then those that run.",
        discussion: """
            With the IDs of jobs, all that is known of these. Exit codes: 1 there is no such job, or none of those is \
            as it was asked for; 3 no cronsupd is running.
            """)

    @Argument(help: ArgumentHelp("The IDs of jobs; all, if there is none.", valueName: "running-job"))
    var jobs: [String] = []

    @Flag(help: "Those alone that have failed last.")
    var failing = false

    @Flag(help: "Those alone that run.")
    var running = false

    @Flag(help: "Those alone that are paused.")
    var paused = false

    @Option(help: ArgumentHelp("By what they are put in order.", valueName: "order"))
    var sort = StatusRows.Order.state

    @OptionGroup var table: TableOptions

    @OptionGroup var watch: WatchOptions

    @OptionGroup var daemon: DaemonOptions

    func run() throws { try watch.run(text) }

    private func text() throws -> String {
        let client = try daemon.connect()
        let (found, disabled) = try StatusQuery(client).jobs(jobs)
        var rows = StatusRows(found, disabled: disabled, now: Clock.wall(), inUTC: table.utc)
        rows.keep(failing: failing, running: running, paused: paused)
        rows.sort(by: sort)
        if rows.isEmpty, !jobs.isEmpty { throw Ending.nothingFound("\(jobs.joined(separator: ", ")): \(state)") }
        if table.json { return rows.json }
        if !jobs.isEmpty, table.columns == nil { return rows.pages }
        return try (rows.isEmpty ? "" : rows.table(table.layout)) + (table.noHeaders ? "" : rows.summary)
    }
}

extension StatusCommand {
    /// What none of the jobs is.
    private var state: String {
        let words = [(failing, "failing"), (running, "running"), (paused, "paused")].filter(\.0).map(\.1)
        return "not \(words.joined(separator: " or "))"
    }
}

extension StatusRows.Order: ExpressibleByArgument {}
