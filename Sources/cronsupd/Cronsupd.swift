import ArgumentParser
import Clocks
import Daemon
import Host
import Kernel
import Logging
import Registry
import Values

/// The command line of `cronsupd`.
struct Cronsupd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cronsupd",
        abstract: "Runs the jobs that a registry declares, each in a supervised process of its own.",
        discussion: """
            Runs in the foreground until SIGTERM or SIGINT. SIGHUP reloads the registry; with --watch a change of its files \
            does so too.
            Exit codes: 0 done; 100 the command line or the registry is wrong; 111 the system failed, or a process \
            was left behind. With --run: the command's, 1 for a function that failed, 124 for a time-out.

            Examples:
              cronsupd --registry jobs --once    what would run, and when
              cronsupd --registry jobs           run it; Ctrl+C stops it
              cronsupd --registry jobs --run app:job.backup
            """,
        version: "cronsupd \(ProgramVersion.text)")

    @Option(
        help: ArgumentHelp(
            "The registry: a YAML file, or a directory with all directories below it.", valueName: "path"),
        completion: .file(extensions: RegistryReader.suffixes))
    var registry = "/etc/cronsupd"

    @Flag(help: "Load, validate and print every job; start nothing.")
    var once = false

    @Flag(help: "With --check or --once: look at the registry alone, and at nothing of this machine.")
    var offline = false

    @Flag(help: "With --check or --once: print one JSON object.")
    var json = false

    @Option(help: ArgumentHelp("With --once: show the slots after this moment (RFC 3339).", valueName: "moment"))
    var at: InstantOption?

    @Option(
        help: ArgumentHelp(
            "With --once and --json or --job: how many slots of each job to show, from 1 to 1000.", valueName: "n"))
    var slots = 3

    @Option(help: ArgumentHelp("With --once: show all of the job with this ID.", valueName: "job-id"))
    var job: String?

    @Flag(help: "With --once: whole texts and more columns, however narrow the screen is.")
    var wide = false

    @Option(help: ArgumentHelp("Colours in the log: auto (on a terminal), always or never.", valueName: "when"))
    var color = ColorChoice.auto

    @Flag(help: "Validate and print nothing but errors and notes.")
    var check = false

    @Option(
        name: .customLong("run"),
        help: ArgumentHelp(
            "Run the function of this entry once, in the foreground, and end with its code.", valueName: "entry-id")
    )
    var entry: String?

    @Option(help: ArgumentHelp("With --run: JSON in the place of the entry's args.", valueName: "json"))
    var args: String?

    @Flag(help: "With --run: though a cronsupd runs this registry.")
    var force = false

    @Flag(help: "With --check or --once: notes are errors.")
    var strict = false

    @Option(
        help: ArgumentHelp(
            "With --strict: names of notes that are no errors, with commas between. May be repeated.",
            valueName: "names"),
        completion: .list(Note.allCases.map(\.rawValue)))
    var allow: [String] = []

    @Option(
        help: ArgumentHelp(
            """
            How the log is written: text, logfmt, json or journal. (default: journal where the standard output leads to \
            systemd's journal, else text)
            """, valueName: "format"))
    var logFormat: LogFormat?

    @Option(
        help: ArgumentHelp(
            "The lowest level that is logged: trace, debug, info, notice, warning, error or critical.",
            valueName: "level"))
    var logLevel = LevelOption(level: .info)

    @Option(
        help: ArgumentHelp(
            "Reload the registry so long after its files have changed, 2s if no time is given: --watch, --watch=10s.",
            valueName: "quiet"))
    var watch: DurationOption?

    @Option(help: ArgumentHelp("How long runs may take to end at a stop.", valueName: "duration"))
    var stopTimeout = DurationOption(duration: .seconds(10))

    @Option(
        help: ArgumentHelp(
            """
            How many slots that came due without cronsupd are made up for at a time, from 1 to 10000. (default: 2 for each \
            processor, at least 4)
            """, valueName: "n"))
    var catchUpAtOnce: Int?

    @Option(
        help: ArgumentHelp(
            "The worker's program. (default: cronworker beside cronsupd, or in ../libexec/cronsupd)", valueName: "path"),
        completion: .file())
    var worker: String?

    @Option(
        help: ArgumentHelp(
            """
            Where the locks are that keep each registry to one daemon and each job to one worker; none: nowhere. \
            (default: $RUNTIME_DIRECTORY, /run/cronsupd for root, $XDG_RUNTIME_DIR/cronsupd or /tmp/cronsupd-UID)
            """, valueName: "path"),
        completion: .directory)
    var runtimeDirectory: String?

    @Option(
        help: ArgumentHelp(
            "The name of this cronsupd's directories, in the place of one made from the registry's path.",
            valueName: "name"))
    var instance: String?

    @Option(
        help: ArgumentHelp(
            "A group whose members may do all through the control socket: a name or a number.", valueName: "group"))
    var operators: String?

    @Option(
        help: ArgumentHelp(
            "A group whose members may ask through the control socket: a name or a number.", valueName: "group"))
    var observers: String?

    @Option(
        help: ArgumentHelp(
            """
            What runs if there are errors in the registry at the start: last-good, the registry that was accepted last, or off, \
            nothing. (default: last-good with $STATE_DIRECTORY or --state-directory, else off)
            """, valueName: "what"))
    var fallback: FallbackOption?

    @Option(
        help: ArgumentHelp(
            """
            Where the ledger is kept, and the registry that was accepted last. (default: $STATE_DIRECTORY, /var/lib/cronsupd \
            for root, $XDG_STATE_HOME/cronsupd or ~/.local/state/cronsupd)
            """, valueName: "path"),
        completion: .directory)
    var stateDirectory: String?

    @Option(
        help: ArgumentHelp(
            """
            Whether the history of the jobs is kept: auto, where that is possible; required, or nothing starts; or off.
            """, valueName: "what"))
    var ledger = LedgerOption.auto

    @Option(help: ArgumentHelp("How large the ledger may be, from 1MiB on.", valueName: "size"))
    var ledgerSize = SizeOption(bytes: LedgerSettings.usualSize)

    @Option(
        help: ArgumentHelp(
            """
            When the ledger is safe from a loss of power: 1s, all but the last second; always, each row as it is written; off, \
            as the system writes it.
            """, valueName: "when"))
    var ledgerSync = LedgerSyncOption.second

    @Option(
        help: ArgumentHelp(
            """
            The memory between the daemon and its ledger, from 1MiB to 1GiB. (default: 16MiB, or a small part of what the \
            memory allows)
            """, valueName: "size"))
    var journalSize: SizeOption?

    @Option(
        help: ArgumentHelp(
            """
            A user besides root whose files a cronsupd of root's reads and runs: a name or a number. May be repeated. \
            $CRONSUPD_TRUST_OWNER has more, with commas between.
            """, valueName: "user"))
    var trustOwner: [String] = []

    @Option(
        help: ArgumentHelp(
            "How long the daemon waits for the ledger: at a start for what it knows, at a stop for its end.",
            valueName: "duration"))
    var ledgerPatience = DurationOption(duration: LedgerSettings.usualPatience)

    @Flag(
        help: ArgumentHelp(
            "Keep the ledger though it is on a network file system, where its database is locked less surely."))
    var ledgerNetworkFs = false

    /// No daemon is to be started.
    var startsNothing: Bool { once || check || entry != nil }

    func validate() throws {
        if let watch { try validateWatch(watch.duration) }
        if let catchUpAtOnce, !(1...10_000).contains(catchUpAtOnce) {
            throw ValidationError("--catch-up-at-once \(catchUpAtOnce): expected 1 to 10000.")
        }
        if at != nil, !once { throw ValidationError("--at goes with --once.") }
        guard (1...1_000).contains(slots) else { throw ValidationError("--slots \(slots): expected 1 to 1000.") }
        if strict, !once, !check { throw ValidationError("--strict goes with --check or --once.") }
        if !allow.isEmpty, !strict { throw ValidationError("--allow goes with --strict.") }
        if json, !once, !check { throw ValidationError("--json goes with --check or --once.") }
        if offline, !once, !check { throw ValidationError("--offline goes with --check or --once.") }
        guard ledgerSize.bytes >= LedgerSettings.leastSize else {
            throw ValidationError("--ledger-size: expected at least 1MiB.")
        }
        if let size = journalSize?.bytes, !LedgerSettings.journalSizes.contains(size) {
            throw ValidationError("--journal-size: expected 1MiB to 1GiB.")
        }
        if stateDirectory?.isEmpty == true { throw ValidationError("--state-directory is empty; expected a path.") }
        if runtimeDirectory?.isEmpty == true { throw ValidationError("--runtime-directory is empty; expected a path.") }
        if let instance, !RuntimePlace.mayBe(instance: instance) {
            throw ValidationError(
                """
                --instance '\(PrintableText.escape(instance))': expected 1 to 64 letters, digits, '.', '_' and '-', with \
                none of '.' and '-' first, and not 'registry'.
                """)
        }
        if args != nil, entry == nil { throw ValidationError("--args goes with --run.") }
        if force, entry == nil { throw ValidationError("--force goes with --run.") }
        if entry != nil, once || check { throw ValidationError("--run excludes --once and --check.") }
        if entry != nil, logFormat == .journal { throw ValidationError("--run excludes --log-format journal.") }
        if job != nil || wide, !once { throw ValidationError("--job and --wide go with --once.") }
        if job != nil, json { throw ValidationError("--job excludes --json.") }
        if once, check { throw ValidationError("--once and --check exclude each other.") }
    }

    /// Where the registry is kept that was accepted last; `nil`: nowhere.
    var keptPlace: String? {
        guard !startsNothing else { return nil }
        switch fallback {
        case .off: return nil
        case .lastGood: return stateDirectory ?? StateDirectory.usual
        case nil: return stateDirectory ?? StateDirectory.made
        }
    }

    /// `nil`: none is kept.
    func ledgerSettings() -> LedgerSettings? {
        guard !startsNothing, ledger != .off else { return nil }
        var settings = LedgerSettings(
            program: ProgramPath.of("cronledger"), place: stateDirectory ?? StateDirectory.usual,
            key: instance ?? RuntimePlace.key(of: registry), size: ledgerSize.bytes, sync: ledgerSync.rawValue)
        (settings.isRequired, settings.allowsNetwork) = (ledger == .required, ledgerNetworkFs)
        settings.patience = ledgerPatience.duration
        settings.journalSize = journalSize.map { Int($0.bytes) }
        return settings
    }

    private func validateWatch(_ quiet: Nanoseconds) throws {
        if startsNothing { throw ValidationError("--watch excludes --once, --check and --run.") }
        guard WatchOption.range.contains(quiet) else {
            throw ValidationError("--watch=\(DurationText.format(quiet)): expected 100ms to 1h.")
        }
    }
}

extension LogFormat: ExpressibleByArgument {}
extension ColorChoice: ExpressibleByArgument {}

enum FallbackOption: String, ExpressibleByArgument, CaseIterable {
    case lastGood = "last-good"
    case off
}

enum LedgerOption: String, ExpressibleByArgument, CaseIterable {
    case auto, required, off
}

enum LedgerSyncOption: String, ExpressibleByArgument, CaseIterable {
    case second = "1s"
    case always, off
}

struct SizeOption: ExpressibleByArgument {
    let bytes: Int64

    init(bytes: Int64) { self.bytes = bytes }

    init?(argument: String) {
        guard let bytes = SizeText.parse(argument) else { return nil }
        self.bytes = Int64(bytes)
    }

    var defaultValueDescription: String { SizeText.format(bytes) }
}

struct LevelOption: ExpressibleByArgument {
    let level: Logger.Level

    init(level: Logger.Level) { self.level = level }

    init?(argument: String) {
        guard let level = Logger.Level(rawValue: argument.lowercased()) else { return nil }
        self.level = level
    }

    var defaultValueDescription: String { level.rawValue }

    static var allValueStrings: [String] { Logger.Level.allCases.map(\.rawValue) }
    static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
}

struct InstantOption: ExpressibleByArgument {
    let instant: WallInstant

    init?(argument: String) {
        guard let instant = CivilText.instant(argument) else { return nil }
        self.instant = instant
    }
}

struct DurationOption: ExpressibleByArgument {
    let duration: Nanoseconds

    init(duration: Nanoseconds) { self.duration = duration }

    init?(argument: String) {
        guard let duration = try? DurationText.parse(argument) else { return nil }
        self.duration = duration
    }

    var defaultValueDescription: String { DurationText.format(duration) }
}
