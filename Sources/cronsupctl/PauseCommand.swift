import ArgumentParser
import Clocks
import Crontool
import Host
import Kernel
import Values
import Wire

struct PauseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract:
            "Has a running cronsupd begin no run of a job, a group or all at their slots; returns when nothing can begin any more.",
        discussion: """
            A run that is going goes on to its end. Slots of the time are skipped, and not made up for. A pause holds until its time is \
            over or 'resume' ends it, also over a restart of cronsupd, until the next boot. TIME is one such as 18:00 (the next one), \
            '2026-03-29 03:00', 'tomorrow 06:00', +2h, 2026-03-29T03:00:00+02:00 or @1774746000; without an offset in the zone of \
            this process (TZ).

            Exit codes: 1 there is no such job or group; 2 it is in force, and a worker has not said within 10 s that it has heard of it; \
            3 no cronsupd is running.
            """)

    @OptionGroup var options: PauseOptions

    @Option(
        name: .customLong("for"), parsing: .unconditional,
        help: ArgumentHelp("How long: 30m, 2h, 1d12h.", valueName: "duration"))
    var span: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Until when.", valueName: "time"))
    var until: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Why, for those who look at the jobs; at most 200 bytes.", valueName: "text"))
    var note: String?

    @OptionGroup var output: AnswerOutput

    @OptionGroup var daemon: DaemonOptions

    func validate() throws {
        if span != nil, until != nil { throw ValidationError("expected one of --for and --until") }
        if let note, note.utf8.count > PauseScope.longestNote {
            throw ValidationError("--note: \(note.utf8.count) bytes; expected at most \(PauseScope.longestNote)")
        }
    }

    func run() throws {
        _ = try options.scopes()
        let now = Clock.wall()
        let end = try end(now)
        let client = try daemon.connect()
        var mayBegin = false
        try options.each(client) { scope throws(DaemonFailure) in
            if try !pause(scope, client, now, until: end) { mayBegin = true }
        }
        if mayBegin { throw Ending(code: ExitCode.notOk) }
    }

    /// Returns whether nothing can begin any more.
    private func pause(
        _ scope: PauseScope, _ client: DaemonClient, _ now: WallInstant, until end: WallInstant?
    ) throws(DaemonFailure) -> Bool {
        var text = PauseText(scope, now: now)
        let microseconds = end.map { floorDivide($0.nanoseconds, 1_000) }
        let request = ControlRequest.Pause(scope, until: microseconds, note: note ?? "")
        let done = try client.ask(.pause(request), within: nil) { answer in
            text.take(answer)
            output.take(answer)
        }
        output.finish(done, text.paused(done, until: end))
        if done.isPassing {
            Ending.complain("this cronsupd has no place to keep the pause, which ends with it")
        }
        let warning = text.warning(done)
        if !warning.isEmpty { StandardDescriptors.writeError("cronsupctl: \(warning)") }
        return warning.isEmpty
    }

    private func end(_ now: WallInstant) throws -> WallInstant? {
        if let span { return now + (try TimeInput.span(span, "--for")) }
        guard let until else { return nil }
        let reading = try TimeInput(now: now, .future).read(until, "--until")
        if let note = reading.note { StandardDescriptors.writeError("cronsupctl: \(note)\n") }
        guard reading.moment > now else { throw InputFailure("--until: '\(until)' is over; expected a moment to come") }
        return reading.moment
    }
}
