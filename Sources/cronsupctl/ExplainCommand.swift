import ArgumentParser
import Clocks
import Crontabs
import Crontool
import Host
import Kernel

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Explains a schedule in an English sentence, with notes on what may be unexpected.",
        discussion: """
            Without an expression, and with --entry, explains an entry of the registry: its schedule, and where each of \
            its values is from. Exit code 1 if there is no such entry.
            """)

    @Argument(help: "Five fields as in crontab(5), @daily and its like, @every 10s, or @reboot.")
    var expression: String?

    @Option(
        help: ArgumentHelp(
            "The time zone, such as Europe/Riga: shows the next slots in it, and no notes on changes it does not have.",
            valueName: "zone"))
    var timezone: String?

    @Option(
        help: ArgumentHelp(
            "The entry's ID, which H is hashed from; or the entry that is to be explained.", valueName: "entry-id"))
    var entry: String?

    @Flag(help: "The expression has six fields, the first being the second.")
    var seconds = false

    @Flag(help: "Print one JSON object.")
    var json = false

    private static let slotCount = 3

    @Option(
        help: ArgumentHelp(
            "Without an expression: the registry, a YAML file or a directory. (default: /etc/cronsupd)",
            valueName: "path"),
        completion: .registry)
    var registry: String?

    func validate() throws {
        if expression != nil, registry != nil { throw ValidationError("--registry goes without an expression.") }
        if expression == nil, seconds || json || timezone != nil {
            throw ValidationError("--seconds, --json and --timezone go with an expression.")
        }
        if expression == nil, entry == nil { throw ValidationError("expected an expression, or --entry ID.") }
    }

    func run() throws {
        guard let expression else { return try explainEntry() }
        let schedule = try SlotInput.schedule(expression, entry: entry, hasSeconds: seconds, .next)
        let now = Clock.wall()
        let zone = try timezone.map { try SlotInput.zone($0, in: ZoneDirectory().source) }
        let explanation = Explanation(schedule, in: zone?.rules, from: now)
        let next = zone.map { zone in
            SlotReport(
                expression, SlotSearch(schedule, in: zone.rules, from: now, count: Self.slotCount), zone: zone, now: now
            )
        }
        if json { return try write(explanation.json(of: expression, next)) }
        try write(explanation.text + (next.map { "Next in \(timezone ?? ""):\n\($0.indentedTable)" } ?? ""))
    }

    private func explainEntry() throws {
        let load = try RegistryOptions.load(registry ?? RegistryOptions.usual)
        guard let explanation = try EntryExplanation(entry ?? "", in: load) else {
            throw Ending(code: ExitCode.nothingFound)
        }
        try write(explanation.text)
    }
}
