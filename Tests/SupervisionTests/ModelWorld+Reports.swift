import Clocks
import Model
import Schedules
import Supervision
import TestSupport
import Turns
import Values
import Wire

/// What the worker says.
extension ModelWorld {
    func report() -> Report { isHonest || random.chance(2) ? plausible() : hostile() }

    private func plausible() -> Report {
        let (books, accounted) = (supervisor.books, supervisor.workerAccounted)
        let next = books.timetable.next(after: max(slotNow, accounted))
        if case .starting = supervisor.phase { return .ready(.init(next: next)) }
        if unanswered > 0 {
            unanswered -= 1
            return .asked(asks)
        }
        if let run = supervisor.phase.run {
            return .end(
                .init(
                    run: run.number, slot: run.slot, next: next, lateness: .zero, duration: .zero,
                    outcome: random.pick([.ok, .failed]), text: "x"))
        }
        if let told {
            self.told = nil
            isAsking = false
            return .begin(
                .init(run: supervisor.runs + 1, slot: told.slot, next: next, lateness: .zero, call: told.call))
        }
        guard let slot = books.timetable.last(through: slotNow), books.isOpen(slot, at: slotNow),
            slot > accounted, !isAsking
        else {
            return random.chance(2) ? .pong(token: 1) : .log(.init(level: .info, run: 0, message: "x", fields: []))
        }
        return due(slot, next)
    }

    func due(_ slot: SlotInstant, _ next: SlotInstant) -> Report {
        if policy.concurrency != nil || asks {
            isAsking = true
            return .due(slot: slot)
        }
        let first = supervisor.books.timetable.next(after: supervisor.workerAccounted)
        switch random.below(5) {
        case 0: return .skipped(.init(first: first, last: slot, next: next))
        case 2 where policy.startingDeadline != nil: return .late(.init(slot: slot, next: next))
        case 1:
            let run = supervisor.runs + Int64(1 + random.below(2))
            return .dropped(.init(reports: 3, ok: 1, through: slot, run: run))
        default: return .begin(.init(run: supervisor.runs + 1, slot: slot, next: next, lateness: .zero))
        }
    }

    private func hostile() -> Report {
        switch random.below(12) {
        case 11: .late(.init(slot: instant(), next: instant()))
        case 10: .asked(random.chance(2))
        case 9: .due(slot: slot())
        case 0: .ready(.init(next: instant()))
        case 1:
            .begin(
                .init(
                    run: number(), slot: slot(), next: instant(), lateness: Nanoseconds(number()),
                    call: random.chance(2) ? nil : number()))
        case 2:
            .end(
                .init(
                    run: number(), slot: slot(), next: instant(), lateness: Nanoseconds(number()),
                    duration: Nanoseconds(number()), outcome: random.pick([.ok, .failed]), text: "",
                    fullLength: number()))
        case 3: .skipped(.init(first: instant(), last: instant(), next: instant()))
        case 4: .log(.init(level: .error, run: number(), message: "", fields: []))
        case 5: .pong(token: number())
        case 6, 7:
            .dropped(
                .init(
                    reports: number(), ok: number(), failed: number(), skipped: number(), through: slot(),
                    run: number()))
        default: random.chance(4) ? .stopped(runs: number()) : .fault(.init(step: "", errno: .min, message: ""))
        }
    }

    private func number() -> Int64 {
        let runs = supervisor.runs
        return random.pick([
            .min, .min + 1, -1, 0, 0, 1, 1, 2, runs &- 1, runs, runs &+ 1, runs &+ 1, runs &+ 2, .max - 1, .max,
            Int64(bitPattern: random.next()), supervisor.phase.run?.number ?? 7,
        ])
    }

    func slot() -> SlotInstant? { random.chance(6) ? nil : instant() }

    func instant() -> SlotInstant {
        let (books, table) = (supervisor.books, supervisor.books.timetable)
        let known = [
            books.accounted, table.start, slotNow, supervisor.phase.run?.slot ?? slotNow,
            table.next(after: slotNow), .distantFuture, table.next(after: books.accounted),
            table.last(through: slotNow) ?? slotNow, table.last(through: slotNow + .seconds(1)) ?? slotNow,
            SlotInstant(nanoseconds: number()),
        ]
        let instant = random.pick(known)
        return random.chance(5) ? instant + Nanoseconds(random.pick([1, -1, interval.count])) : instant
    }
}
