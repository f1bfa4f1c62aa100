import ArgumentParser
import Clocks
import Crontool
import Host
import Kernel
import Values

/// How tables are shown that may be looked at again and again.
struct TableOptions: ParsableArguments {
    @Flag(help: "Print JSON, an object a line.")
    var json = false

    @Flag(help: "Without the line of titles and the line of sums.")
    var noHeaders = false

    @Flag(help: "Whole texts, however narrow the screen is.")
    var wide = false

    @Option(help: ArgumentHelp("Those columns alone, in this order: job,state,pid.", valueName: "list"))
    var columns: String?

    @Flag(help: "Times in UTC, instead of the zone of this process (TZ).")
    var utc = false

    @Option(help: ArgumentHelp("Colours: auto (on a terminal), always or never.", valueName: "when"))
    var color = ColorChoice.auto

    func validate() throws {
        if json, columns != nil { throw ValidationError("--columns is for tables; expected it without --json") }
    }

    var layout: TableLayout {
        TableLayout(
            width: Terminal.isThere(.output) ? Screen.width(isWide: wide) : nil, hasTitles: !noHeaders,
            hasColors: color.isOn(.output),
            columns: columns.map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) })
    }
}

extension ColorChoice: ExpressibleByArgument {}
