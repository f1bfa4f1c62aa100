import Clocks
import Schedules
import Turns
import Wire

extension JobSupervisor {
    mutating func take(_ report: Report) throws(Violation) {
        switch report {
        case .begin(let begin): try take(begin)
        case .end(let end): try take(end)
        case .due(let slot): try take(due: slot)
        // What is dropped is logged where the lines were.
        case .log, .output, .outputDropped, .leftovers, .fault: if let told = report.incident { step.log(told) }
        case .asked:
            guard runKeeper.gates.hold.answered() else { throw Violation("'asked' unasked") }
        case .late(let late): try CatchUpKeeper.take(late, &runKeeper, &life.phase, &step)
        case .skipped(let skipped): try runKeeper.take(skipped, &life.phase, &step)
        case .ready(let ready): try take(ready)
        case .pong: answered()
        case .dropped(let dropped): try take(dropped)
        // Its last word. A worker that stops unasked has failed its job, which its exit will show.
        case .stopped: if phase.run != nil { throw Violation("'stopped' during a run") }
        }
    }

    private mutating func take(_ ready: Report.Ready) throws(Violation) {
        guard try life.isReady(&step) else { return }
        life.phase = try runKeeper.take(ready, &step)
        step.log(.started)
    }

    mutating func take(_ begin: Report.Begin) throws(Violation) {
        if let obstacle = phase.obstacle { throw Violation("'begin' of run \(begin.run) while \(obstacle)") }
        life.begin(try runKeeper.take(begin, &life.phase, &step))
    }

    private mutating func take(due slot: SlotInstant?) throws(Violation) {
        if case .leaving = phase { return }
        if let obstacle = phase.obstacle { throw Violation("'due' while \(obstacle)") }
        try runKeeper.take(due: slot, &life.phase, &step)
    }

    mutating func take(_ end: Report.End) throws(Violation) {
        guard let run = phase.run, run.number == end.run, run.slot == end.slot else {
            throw Violation("'end' of run \(end.run), which is not running")
        }
        // It ended after its limit, before its worker was ended.
        if run.cut == nil {
            runKeeper.conclude(run, end.outcome, run.ended(end), in: phase, &step)
        } else {
            runKeeper.lose(run, "", in: phase, &step)
        }
        runKeeper.mark.heard.note(end)
        clearRun(next: end.next)
    }

    private mutating func take(_ dropped: Report.Dropped) throws(Violation) {
        step.log(.dropped(dropped))
        let next = try DropTaker.take(dropped, &runKeeper, &life.phase, &step)
        runKeeper.mark.heard.note(dropped)
        if let next { clearRun(next: next) }
    }

    private mutating func clearRun(next: SlotInstant) {
        runKeeper.returnPermit(&step)
        if case .running = phase { life.phase = runKeeper.vigil(next, step) } else { life.end(at: step.now.monotonic) }
    }

    private mutating func answered() {
        guard case .idle(let vigil) = phase, vigil.isAsked else { return }
        if vigil.slot <= books.accounted {
            // The slot has its outcome, which came as a count.
            life.phase = runKeeper.vigil(books.timetable.next(after: books.accounted), step)
        } else if vigil.slot + runKeeper.schedule.longestDelay > step.now.on(books.clock) {
            // The wall clock was set back meanwhile.
            life.phase = runKeeper.vigil(vigil.slot, step)
        } else {
            life.isBusy(vigil, &step)
        }
    }
}
