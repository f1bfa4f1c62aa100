import Clocks
import Model
import Schedules
import TestSupport
import Testing
import Turns
import Values
import Wire

@testable import Supervision

/// That moment; the machine was booted in 1970.
func at(_ seconds: Int64) -> Moment { Moment(at(seconds)) }

extension Moment {
    init(_ instant: MonotonicInstant) {
        self.init(monotonic: instant, wall: WallInstant(nanoseconds: instant.nanoseconds))
    }
}

extension Phase.Vigil {
    /// Of a job without jitter, by clocks that show the same.
    init(next: SlotInstant, deadline: MonotonicInstant, answers: Int = 0, isAsked: Bool = false) {
        self.init(
            slot: next, next: MonotonicInstant(nanoseconds: next.nanoseconds), deadline: deadline, answers: answers,
            isAsked: isAsked)
    }
}

extension Phase.Run {
    /// One that is at its limit, or will be.
    init(number: Int64, slot: SlotInstant, began: Moment, timeout: MonotonicInstant, cut: Phase.Cut? = nil) {
        self.init(number: number, slot: slot, began: began, bounds: Bounds(timeout: timeout), cut: cut)
    }
}

extension Phase {
    /// Killed for cause, at 1,000 s.
    static func condemned(_ run: Run?, until: MonotonicInstant = at(1_005)) -> Phase {
        .leaving(Leave(cause: .fault, stage: .killed, until: until, run: run))
    }

    /// Ended with its run.
    static func ending(_ stage: Leave.Stage, until: MonotonicInstant, _ run: Run?) -> Phase {
        .leaving(Leave(cause: .policy, stage: stage, until: until, run: run))
    }

    /// Told to stop at 1,000 s.
    static func stopping(
        _ stage: Leave.Stage, until: MonotonicInstant, _ run: Run?, sparing grace: Nanoseconds? = nil,
        isFinal: Bool = false
    ) -> Phase {
        let stop = Leave.Stop(asked: at(1_000), graceAfterRun: grace, isFinal: isFinal)
        return .leaving(Leave(cause: .stop(stop), stage: stage, until: until, run: run))
    }
}

/// A job that runs every ten seconds and is given up after one retry, without jitter so that its delays are exact.
func definition(
    _ name: String = "job", interval: Nanoseconds = .seconds(10), maxAttempts: Int = 1, jitter: Double = 0
) -> JobDefinition {
    definition(.interval(interval), name: name, maxAttempts: maxAttempts, jitter: jitter)
}

func definition(
    _ schedule: Schedule, name: String = "job", maxAttempts: Int = 1, jitter: Double = 0
) -> JobDefinition {
    let location = SourceLocation(file: "registry.yaml", line: 1, column: 1)
    var lifecycle = Lifecycle()
    lifecycle.restart.jitter = jitter
    lifecycle.restart.maxAttempts = maxAttempts
    return JobDefinition(
        id: EntryID(namespace: "app", name: name)!, kind: .swift, function: .swift(name: "tick", program: nil),
        schedule: schedule, lifecycle: lifecycle, meta: .init(),
        data: .init(), location: location)
}

/// A calendar schedule in UTC, with a first field of seconds.
func calendar(_ text: String) -> Schedule {
    do throws(CronFailure) {
        let expression = try CronParser(entry: nil, hasSeconds: true).parse(text)
        return Schedule(.calendar(CalendarSchedule(expression, in: .utc)), text: text)
    } catch {
        preconditionFailure(error.message)
    }
}

extension ScheduleClock {
    static let both = [ScheduleClock.monotonic, .wall]

    /// Every ten seconds by this clock: at the same moments for the rig, whose first worker is there at 985 s.
    var schedule: Schedule {
        switch self {
        case .monotonic: .interval(.seconds(10))
        case .wall: calendar("5/10 * * * * *")
        }
    }

    /// Every ten seconds by the wall clock, at times that are fixed.
    static let fixedTimes = calendar("5/10 0-59 0-23 * * *")

    /// The first slot that comes too late to be taken for one that is due, at 1,000 s.
    var tooLate: SlotInstant {
        switch self {
        case .monotonic: Rig.next
        case .wall: Rig.next + .seconds(86_400)
        }
    }
}

/// Every state that a job can be in.
enum Stage: CaseIterable {
    case firstStart, backoff, shortage, previousWorker, starting, idle, asked, running, condemned, condemnedInRun
    case draining, drainingInRun, terminated, terminatedInRun, killed, killedInRun, failed, stopped
    case overtime, overtimeKilled

    static let withoutWorker: [Stage] = [.firstStart, .backoff, .shortage, .previousWorker, .failed]
    static let inRun: [Stage] =
        [.running, .condemnedInRun, .drainingInRun, .terminatedInRun, .killedInRun] + pastTimeout
    /// Their run has reached its time-out.
    static let pastTimeout: [Stage] = [.overtime, .overtimeKilled]
    static let withWorker = allCases.filter { !withoutWorker.contains($0) && $0 != .stopped }
}

/// A supervisor that events alone have brought to a stage. The worker was spawned at 985 s, so that at 1,000 s its first
/// slot is 5 s old and the second is 5 s away.
struct Rig {
    static let now: MonotonicInstant = at(1_000)
    static let slot: SlotInstant = at(995)
    static let next: SlotInstant = at(1_005)
    /// When it is tried again whether a previous worker has ended.
    static let soon = now + .milliseconds(500)
    /// A worker of a previous life.
    static let holder: Int32 = 77
    static let grace = Nanoseconds.seconds(7)
    static let run = Phase.Run(number: 1, slot: slot, began: at(1_000))
    /// It began at `now`, and has reached its time-out.
    static let lateRun = Phase.Run(number: 1, slot: slot, began: at(1_000), timeout: at(1_003), cut: .timeout)

    var supervisor: JobSupervisor
    var now = Rig.now
    /// How far the wall clock is ahead of the monotonic one.
    var wallLead = Nanoseconds.zero
    private(set) var effects: [Effect] = []

    init(_ stage: Stage, _ clock: ScheduleClock = .monotonic) {
        var definition = definition(clock.schedule)
        if Stage.pastTimeout.contains(stage) { definition.policy.timeout = .seconds(3) }
        self.init(stage, definition)
    }

    init(_ stage: Stage, _ definition: JobDefinition) {
        supervisor = JobSupervisor(definition, start: Moment(stage == .firstStart ? Self.now : at(985)), seed: 1)
        if stage != .firstStart { send(.spawned, at: at(985)) }
        bring(to: stage)
        effects = []
    }

    private mutating func bring(to stage: Stage) {
        switch stage {
        case .firstStart, .starting: break
        case .backoff: send(.exited("exit 1"))
        case .shortage: follow(.backoff, .spawnDeferred(until: at(1_002)))
        case .previousWorker: follow(.backoff, .occupied(by: Self.holder))
        case .failed: follow(.backoff, .spawnFailed("no such file", isShortage: false))
        case .idle: send(.report(.ready(.init(next: Self.slot))), at: at(985))
        case .asked: follow(.idle, .deadline)
        case .running: follow(.idle, .report(begin(run: 1, slot: Self.slot)))
        case .condemned: follow(.idle, .violation("lies"))
        case .condemnedInRun: follow(.running, .violation("lies"))
        case .draining: follow(.idle, .stop(grace: Self.grace))
        case .drainingInRun: follow(.running, .stop(grace: Self.grace))
        case .terminated: follow(.draining, .hurry)
        case .terminatedInRun: follow(.drainingInRun, .hurry)
        case .killed: follow(.terminated, .hurry)
        case .killedInRun: follow(.terminatedInRun, .hurry)
        case .stopped: follow(.draining, .exited("exit 0"))
        case .overtime:
            bring(to: .running)
            send(.deadline, at: at(1_003))
        case .overtimeKilled:
            bring(to: .overtime)
            send(.deadline, at: at(1_008))
        }
    }

    private mutating func follow(_ stage: Stage, _ event: Event) {
        bring(to: stage)
        send(event)
    }

    private mutating func send(_ event: Event, at moment: MonotonicInstant) {
        now = moment
        send(event)
        now = Self.now
    }

    mutating func send(_ event: Event) {
        effects = []
        supervisor.handle(event, at: moment, effects: &effects)
    }

    var moment: Moment { Moment(monotonic: now, wall: WallInstant(nanoseconds: now.nanoseconds + wallLead.count)) }

    /// The wall clock is set by so much, and whoever has to know is told.
    mutating func setWallClock(by step: Nanoseconds) {
        wallLead = wallLead + step
        send(.clockWasSet)
    }

    /// Lets time pass until the supervisor has something to do, and lets it do that.
    mutating func fireDeadline() {
        now = supervisor.deadline
        send(.deadline)
    }
}

extension Stage {
    /// The phase that the rig leaves its supervisor in.
    var phase: Phase {
        switch self {
        case .firstStart: .waiting(until: Rig.now, .firstStart)
        case .backoff: .waiting(until: at(1_001), .backoff)
        case .shortage: .waiting(until: at(1_002), .shortage)
        case .previousWorker: .waiting(until: Rig.soon, .previousWorker)
        case .starting: .starting(deadline: at(1_015))
        case .idle: .idle(.init(next: Rig.slot, deadline: at(1_000)))
        case .asked: .idle(.init(next: Rig.slot, deadline: at(1_010), isAsked: true))
        case .running: .running(Rig.run)
        case .condemned: .condemned(nil)
        case .condemnedInRun: .condemned(Rig.run)
        case .draining: .stopping(.draining, until: at(1_007), nil)
        case .drainingInRun: .stopping(.draining, until: at(1_007), Rig.run)
        case .terminated: .stopping(.terminated, until: at(1_001), nil)
        case .terminatedInRun: .stopping(.terminated, until: at(1_001), Rig.run)
        case .killed: .stopping(.killed, until: at(1_005), nil)
        case .killedInRun: .stopping(.killed, until: at(1_005), Rig.run)
        case .failed: .failed(until: at(1_300))
        case .stopped: .stopped
        case .overtime: .ending(.terminated, until: at(1_008), Rig.lateRun)
        case .overtimeKilled: .ending(.killed, until: at(1_013), Rig.lateRun)
        }
    }
}

/// What an event leads to at one stage.
struct Cell {
    var phase: Phase
    var effects: [Effect]

    init(_ phase: Phase, _ effects: [Effect] = []) { (self.phase, self.effects) = (phase, effects) }
}

/// Checks a whole row of the table: at every stage that `changes` does not name, the event must do nothing. By either clock
/// that a schedule may go by.
func expectRow(_ event: Event, by clocks: [ScheduleClock] = ScheduleClock.both, _ changes: [Stage: Cell]) {
    for (clock, stage) in clocks.flatMap({ clock in Stage.allCases.map { (clock, $0) } }) {
        var rig = Rig(stage, clock)
        rig.send(event)
        let cell = changes[stage] ?? Cell(stage.phase)
        #expect(rig.supervisor.phase == cell.phase, "\(stage), \(clock)")
        #expect(rig.effects == cell.effects, "\(stage), \(clock)")
    }
}

/// A cell for each of several stages.
func row(_ stages: [Stage], _ cell: (Stage) -> Cell) -> [Stage: Cell] {
    Dictionary(uniqueKeysWithValues: stages.map { ($0, cell($0)) })
}

extension Effect {
    /// What slots came to that had no run.
    static func book(
        _ slots: (first: SlotInstant, last: SlotInstant), _ count: Int64, _ outcome: Outcome = .missed,
        _ reason: Booking.Reason = .noWorker
    ) -> Effect {
        .book(Booking(first: slots.first, last: slots.last, count: count, outcome: outcome, reason: reason))
    }

    /// What the slot of a run came to.
    static func book(
        _ run: Phase.Run, _ outcome: Outcome, _ text: String, _ reason: Booking.Reason? = nil,
        after duration: Nanoseconds = .zero
    ) -> Effect {
        let facts = Booking.Run(number: run.number, began: run.began.wall, duration: duration, text: text)
        return .book(
            Booking(first: run.slot, last: run.slot, count: 1, outcome: outcome, reason: reason, run: facts))
    }
}

/// A worker that breaks the protocol is killed once, whatever its stage.
func violations(_ what: String, at stages: [Stage] = Stage.withWorker) -> [Stage: Cell] {
    row(stages) { stage in
        let log = Effect.log(.violation(what))
        guard case .leaving(var leave) = stage.phase else {
            return Cell(.condemned(stage.phase.run), [log, .kill])
        }
        if leave.stage == .killed { return Cell(stage.phase) }
        (leave.stage, leave.until) = (.killed, at(1_005))
        return Cell(.leaving(leave), [log, .kill])
    }
}

func begin(run: Int64, slot: SlotInstant?) -> Report {
    .begin(.init(run: run, slot: slot, next: Rig.next, lateness: .zero))
}

func end(run: Int64, slot: SlotInstant?, _ outcome: Outcome = .ok, next: SlotInstant = Rig.next) -> Report {
    .end(.init(run: run, slot: slot, next: next, lateness: .zero, duration: .zero, outcome: outcome, text: "done"))
}

func skipped(_ first: SlotInstant, _ last: SlotInstant) -> Report {
    .skipped(.init(first: first, last: last, next: Rig.next))
}
