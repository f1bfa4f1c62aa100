import Clocks
import Kernel
import Model
import Schedules
import TestSupport
import Testing
import Turns
import Values
import Wire

@testable import Supervision

/// Plays docs/ARCHITECTURE.md: the table is the test's input, and a row that it does not know fails.
@Suite("The table of a worker's life")
struct StateTableTests {
    @Test("is what the machine does, cell by cell")
    func table() throws {
        let (rows, events) = (try Self.rows(), Self.events)
        #expect(rows.count > 40)
        #expect(Set(rows.flatMap(\.phases)) == Set(Self.phases.keys))
        for row in rows {
            guard let event = events[row.event] else {
                Issue.record("no event '\(row.event)'")
                continue
            }
            for name in row.phases { play(event, name, row) }
        }
        #expect(Set(rows.map(\.event)) == Set(events.keys))
    }

    private func play(_ event: PlayedEvent, _ name: String, _ row: TableRow) {
        guard let stage = Self.phases[name] else {
            Issue.record("no phase '\(name)'")
            return
        }
        var job = definition(ScheduleClock.monotonic.schedule)
        if Stage.pastTimeout.contains(stage) { job.policy.timeout = .seconds(3) }
        if name == "queued" { job.policy.concurrency = .init(group: "g", max: 1, wait: .seconds(7)) }
        event.prepare(&job)
        var rig = Rig(stage, job)
        if name == "queued" { rig.send(.report(.due(slot: Rig.slot))) }
        event.happen(&rig)
        let place: Comment = "\(name): \(row.event)"
        let phase = rig.supervisor.phase
        #expect(phase.word == (row.next == "the same" ? name : row.next), place)
        #expect(rig.effects.map(\.word) == row.effects, place)
        switch row.lasting {
        case nil: break
        case "ever": #expect(phase.deadline == .distantFuture, place)
        case let text?: #expect(DurationText.format(phase.deadline - rig.now) == text, place)
        }
    }

    // MARK: The text

    private static func rows() throws -> [TableRow] {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let file = try #require(try FileSystem.contents(of: "/\(root)/docs/ARCHITECTURE.md", limit: 1 << 20))
        let text = String(decoding: file.bytes, as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0.hasPrefix("| phase ") })
        return lines[(start + 2)...].prefix { $0.hasPrefix("|") }.map { TableRow($0) }
    }

    // MARK: What its words mean

    private static let phases: [String: Stage] = [
        "waiting": .backoff, "failed": .failed, "starting": .starting, "idle": .idle, "asked": .asked,
        "queued": .idle, "running": .running, "fault killed": .condemned, "policy terminated": .overtime,
        "policy killed": .overtimeKilled, "stop draining": .draining, "stop terminated": .terminated,
        "stop killed": .killed,
    ]

    private static let gate = RunPolicy.Concurrency(group: "g", max: 1)

    private static var events: [String: PlayedEvent] {
        [
            "the deadline": PlayedEvent { $0.fireDeadline() },
            "the deadline: its slot is overdue by 5 s": PlayedEvent { $0.fireDeadline() },
            "the deadline: it has waited for `wait`": PlayedEvent { $0.fireDeadline() },
            "the deadline, 1.5 s later at the daemon's end": PlayedEvent { rig in
                rig.send(.stop(grace: Rig.grace, isFinal: true))
                #expect(rig.supervisor.deadline == rig.now + .milliseconds(1_500))
                rig.fireDeadline()
            },
            "spawned": PlayedEvent(.spawned),
            "too many starts": PlayedEvent(.spawnDeferred(until: Rig.now + .seconds(3))),
            "a shortage of the machine": PlayedEvent(.spawnFailed("short", isShortage: true)),
            "the spawn fails": PlayedEvent(.spawnFailed("gone", isShortage: false)) {
                $0.lifecycle.restart.maxAttempts = 9
            },
            "the spawn fails once too often": PlayedEvent(.spawnFailed("gone", isShortage: false)),
            "a worker of a previous life has the lock": PlayedEvent(.occupied(by: Rig.holder)),
            "it has it for longer than `timeout`": PlayedEvent { rig in
                rig.send(.occupied(by: Rig.holder))
                rig.now = rig.now + .seconds(8)
                rig.send(.occupied(by: Rig.holder))
            } with: {
                $0.policy.timeout = .seconds(3)
            },
            "stop, where a worker of a previous life has the lock": PlayedEvent { rig in
                rig.send(.occupied(by: Rig.holder))
                rig.send(.stop(grace: Rig.grace))
            },
            "stop": PlayedEvent(.stop(grace: Rig.grace)),
            "another schedule": PlayedEvent(.reschedule(grace: Rig.grace)),
            "a second signal to the daemon": PlayedEvent(.hurry),
            "exit": PlayedEvent(.exited("exit 1")),
            "a breach of the protocol": PlayedEvent(.violation("lies")),
            "`ready`": PlayedEvent(.report(.ready(.init(next: Rig.next)))),
            "`begin`": PlayedEvent(.report(begin(run: 1, slot: Rig.slot))),
            "`end`": PlayedEvent(.report(end(run: 1, slot: Rig.slot))),
            "`pong`": PlayedEvent(.report(.pong(token: 1))),
            "`skipped`": PlayedEvent(.report(skipped(Rig.slot, Rig.slot))),
            "`due`, of a job with a gate": PlayedEvent(.report(.due(slot: Rig.slot))) { $0.policy.concurrency = gate },
            "permitted": PlayedEvent(.permitted),
            "the clock is set back": PlayedEvent {
                setBack(&$0)
            } with: {
                goByTheClock(&$0)
            },
            "the same, then exit": PlayedEvent { rig in
                setBack(&rig)
                rig.send(.exited("exit 0"))
            } with: {
                goByTheClock(&$0)
            },
            "the same, then the deadline": PlayedEvent { rig in
                setBack(&rig)
                rig.fireDeadline()
            } with: {
                goByTheClock(&$0)
            },
            "a pause": PlayedEvent(.pause(true)),
            "a pause, and the worker asks": PlayedEvent { rig in
                pause(&rig)
            },
            "a pause, the worker asks, and it is over": PlayedEvent { rig in
                pause(&rig)
                rig.send(.pause(false))
            },
            "a pause, of a program that cannot be told": PlayedEvent { rig in
                rig.supervisor.runKeeper.gates.hold.canBeTold = false
                rig.send(.pause(true))
            },
            "an operator cancels": PlayedEvent(.intervene(.cancel)),
            "an operator wants a fresh worker": PlayedEvent(.intervene(.restart(isNow: false))),
            "an operator wants one now": PlayedEvent(.intervene(.restart(isNow: true))),
            "an operator resets the job": PlayedEvent(.intervene(.reset)),
            "a call": PlayedEvent(.call(event: "{}")),
            "an attempt's time": PlayedEvent {
                attempt(&$0)
            } with: {
                $0.policy.retry = RunPolicy.Retry()
            },
            "an attempt's time, of a job with a gate": PlayedEvent { rig in
                rig.send(.report(.due(slot: Rig.slot)))
                rig.send(.permitted)
                attempt(&rig)
            } with: {
                ($0.policy.retry, $0.policy.concurrency) = (RunPolicy.Retry(), gate)
            },
            "its time-out": PlayedEvent {
                $0.fireDeadline()
            } with: {
                $0.policy.timeout = .seconds(3)
            },
            "the next slot, which replaces the run": PlayedEvent {
                $0.fireDeadline()
            } with: {
                $0.policy.overlap = .replace
            },
        ]
    }

    private static func goByTheClock(_ job: inout JobDefinition) { job.schedule = ScheduleClock.wall.schedule }

    private static func setBack(_ rig: inout Rig) { rig.setWallClock(by: .seconds(-7_200)) }

    private static func pause(_ rig: inout Rig) {
        rig.send(.pause(true))
        rig.send(.report(.asked(true)))
        rig.send(.report(.due(slot: Rig.slot)))
    }

    private static func attempt(_ rig: inout Rig) {
        rig.send(.report(begin(run: 1, slot: Rig.slot)))
        rig.send(.report(end(run: 1, slot: Rig.slot, .failed)))
        rig.fireDeadline()
    }
}

private struct TableRow {
    var phases: [String]
    var event: String
    var next: String
    /// How long it stays so, if nothing happens.
    var lasting: String?
    var effects: [String]

    init(_ line: Substring) {
        let cells = line.split(separator: "|").map { cell in
            String(cell.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
        func list(_ text: String) -> [String] { text.split(separator: ",").map { String($0.drop { $0 == " " }) } }
        phases = list(cells[0]).map { $0.filter { $0 != "`" } }
        event = cells[1]
        let words = cells[2].filter { $0 != "`" }.split(separator: " ")
        let parts = words.split(separator: "for")
        next = parts[0].joined(separator: " ")
        lasting = parts.count > 1 ? parts[1].joined(separator: " ") : nil
        effects = list(cells[3]).map { $0.filter { $0 != "`" } }
    }
}

private struct PlayedEvent {
    let prepare: (inout JobDefinition) -> Void
    let happen: (inout Rig) -> Void

    init(_ happen: @escaping (inout Rig) -> Void, with prepare: @escaping (inout JobDefinition) -> Void = { _ in }) {
        (self.prepare, self.happen) = (prepare, happen)
    }

    init(_ event: Event, _ prepare: @escaping (inout JobDefinition) -> Void = { _ in }) {
        self.init({ $0.send(event) }, with: prepare)
    }
}

extension Phase {
    fileprivate var word: String {
        switch self {
        case .waiting: "waiting"
        case .starting: "starting"
        case .idle(let vigil): vigil.isAsked ? "asked" : "idle"
        case .queued: "queued"
        case .running: "running"
        case .leaving(let leave):
            switch leave.cause {
            case .fault: "fault \(leave.stage)"
            case .policy: "policy \(leave.stage)"
            case .clock: "clock \(leave.stage)"
            case .pause: "pause \(leave.stage)"
            case .restart: "restart \(leave.stage)"
            case .stop: "stop \(leave.stage)"
            }
        case .failed: "failed"
        case .stopped: "stopped"
        }
    }
}

extension Effect {
    fileprivate var word: String {
        switch self {
        case .spawn: "spawn"
        case .closeControl: "close the pipe"
        case .ping: "ping"
        case .send(.run): "run"
        case .send(.skip): "skip"
        case .send(.ask(let asks)): asks ? "tell to ask" : "tell not to ask"
        case .send(.pass): "pass"
        case .send: "\(self)"
        case .askForPermit: "ask"
        case .returnPermit: "give back"
        case .call: "call"
        case .logStacks: "stacks"
        case .terminate: "SIGTERM"
        case .kill: "SIGKILL"
        case .killPreviousWorker: "kill that one"
        case .watchPreviousWorker: "watch that one"
        case .book: "book"
        case .log: "log"
        }
    }
}
