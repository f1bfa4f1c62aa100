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
            With the IDs of jobs, all that is known of these. Exit codes: 1 there is no such job; 3 no cronsupd is running.
            """)

    @Argument(help: ArgumentHelp("The IDs of jobs; all, if there is none.", valueName: "running-job"))
    var jobs: [String] = []

    @Flag(help: "Those alone that have failed last.")
    var failing = false

    @Flag(help: "Those alone that run.")
    var running = false

    @Flag(help: "Those alone that are paused.")
    var paused = false

    @Flag(help: "Print JSON, an object a line.")
    var json = false

    @Flag(help: "Without the line of titles and the line of sums.")
    var noHeaders = false

    @Flag(help: "Whole texts, however narrow the screen is.")
    var wide = false

    @Option(help: ArgumentHelp("Colours: auto (on a terminal), always or never.", valueName: "when"))
    var color = ColorChoice.auto

    @OptionGroup var daemon: DaemonOptions

    func run() throws {
        let client = try daemon.connect()
        let (found, disabled) = try StatusQuery(client).jobs(jobs)
        var rows = StatusRows(found, disabled: disabled, now: Clock.wall())
        rows.keep(failing: failing, running: running, paused: paused)
        if json { return try write(rows.json) }
        if !jobs.isEmpty { return try write(rows.pages) }
        let table = rows.table(
            width: Terminal.isThere(.output) ? Screen.width(isWide: wide) : nil, hasTitles: !noHeaders,
            hasColors: color.isOn(.output))
        try write((rows.isEmpty ? "" : table) + (noHeaders ? "" : rows.summary))
    }
}

extension ColorChoice: ExpressibleByArgument {}
