import ArgumentParser
import Clocks
import Crontool
import Host
import Kernel

struct NextCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "next",
        abstract:
            "Shows the next slots of a schedule in local time and UTC, and why one is moved by a change of the clocks.",
        discussion: """
            With - as the expression, reads lines EXPR<TAB>ZONE<TAB>FROM<TAB>COUNT from the standard input and answers \
            each with one line of JSON: {"next":["2026-03-29T01:00:00Z"]} or {"error":"..."}. What a line leaves out is \
            taken from the options.
            """)

    @Argument(help: "Five fields as in crontab(5), @daily and its like, @every 10s, @reboot; or -.")
    var expression: String?

    @Option(help: ArgumentHelp("A job of a running cronsupd, instead of an expression.", valueName: "running-job"))
    var job: String?

    @Option(
        help: ArgumentHelp("The time zone, such as Europe/Riga. (default: that of this machine)", valueName: "zone"))
    var timezone: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The moment after which slots are looked for (RFC 3339). (default: now)", valueName: "moment"))
    var from: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("How many slots, from 1 to 10000.", valueName: "n"))
    var count = "5"

    @Option(help: ArgumentHelp("The entry's ID, which H is hashed from.", valueName: "entry-id"))
    var entry: String?

    @Flag(help: "The expression has six fields, the first being the second.")
    var seconds = false

    @Flag(help: "Look backwards: the nearest slot first.")
    var previous = false

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup var daemon: DaemonOptions

    func validate() throws {
        guard (expression == nil) != (job == nil) else {
            throw ValidationError("expected an expression, or --job with the ID of a job.")
        }
        if job != nil, timezone != nil || from != nil || entry != nil || seconds || previous {
            throw ValidationError("--job goes without --timezone, --from, --entry, --seconds and --previous.")
        }
    }

    func run() throws {
        let defaults = try defaults()
        guard let expression else { return try showJob(defaults.count) }
        guard expression == "-" else { return try write(report(expression, defaults)) }
        var lines = SlotLines(defaults, zones: ZoneDirectory().source)
        try LineFeed.run(&lines)
    }

    private func defaults() throws -> SlotDefaults {
        SlotDefaults(
            zone: timezone, from: try from.map(SlotInput.from) ?? Clock.wall(), count: try SlotInput.count(count),
            direction: previous ? .previous : .next, entry: entry, hasSeconds: seconds)
    }

    private func showJob(_ count: Int) throws {
        let slots = try daemon.comingSlots(of: job ?? "", count: count)
        if let warning = slots.warning { StandardDescriptors.writeError("cronsupctl: \(warning)\n") }
        try write(json ? slots.json() : slots.table())
    }

    private func report(_ expression: String, _ defaults: SlotDefaults) throws -> String {
        let schedule = try SlotInput.schedule(
            expression, entry: entry, hasSeconds: seconds, defaults.direction)
        let zone = try SlotInput.zone(timezone, in: ZoneDirectory().source)
        let search = SlotSearch(
            schedule, in: zone.rules, from: defaults.from, count: defaults.count, defaults.direction)
        // A moment that was asked for has no now.
        let report = SlotReport(expression, search, zone: zone, now: from == nil ? defaults.from : nil)
        return json ? report.json : report.table
    }
}
