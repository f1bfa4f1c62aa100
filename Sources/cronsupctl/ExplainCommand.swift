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
            its values is from. With --job, a job as a running cronsupd has it. Exit codes: 1 there is no such entry or job; 3 no \
            cronsupd is running.
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

    @Option(help: ArgumentHelp("A job of a running cronsupd, instead of an expression.", valueName: "running-job"))
    var job: String?

    /// Its `--registry` is that of `--entry`, too.
    @OptionGroup var daemon: DaemonOptions

    func validate() throws {
        if expression != nil, daemon.registry != nil || job != nil {
            throw ValidationError("--registry and --job go without an expression.")
        }
        if job != nil, entry != nil { throw ValidationError("expected --entry or --job, not both.") }
        if expression == nil, seconds || timezone != nil || json && job == nil {
            throw ValidationError("--seconds, --json and --timezone go with an expression.")
        }
        if expression == nil, entry == nil, job == nil {
            throw ValidationError("expected an expression, --entry ID or --job ID.")
        }
    }

    func run() throws {
        if let job {
            let slots = try daemon.comingSlots(of: job, count: Self.slotCount)
            if let warning = slots.warning { StandardDescriptors.writeError("cronsupctl: \(warning)\n") }
            return try write(json ? slots.explainedJSON() : slots.explained())
        }
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
        let load = try RegistryOptions.load(daemon.registry ?? RegistryOptions.usual)
        guard let explanation = try EntryExplanation(entry ?? "", in: load) else {
            throw Ending(code: ExitCode.nothingFound)
        }
        try write(explanation.text)
    }
}
