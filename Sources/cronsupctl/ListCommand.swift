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

    @Flag(help: "Print JSON, an object a line.")
    var json = false

    @Flag(help: "Without the line of titles.")
    var noHeaders = false

    @Flag(help: "Whole texts, however narrow the screen is.")
    var wide = false

    @OptionGroup var daemon: DaemonOptions

    func run() throws {
        let (found, disabled) = try StatusQuery(try daemon.connect()).jobs([])
        let rows = StatusRows(found, disabled: disabled, now: Clock.wall())
        if json { return try write(rows.json) }
        if rows.isEmpty { return }
        let width = Terminal.isThere(.output) ? Screen.width(isWide: wide) : nil
        try write(rows.timers(width: width, hasTitles: !noHeaders))
    }
}
