import Clocks
import Schedules
import Turns

extension JobSupervisor {
    mutating func askForWorker(at now: Moment, _ effects: inout [Effect]) {
        guard hasBegun else { return effects.append(.spawn) }
        // The last slot that is due stays open: the new worker makes up for it, late. Those before it are lost.
        if let due = books.timetable.last(through: now.on(clock)) {
            // The wall clock was set, and word of that is on the way.
            if let slot = pending?.slot, slot < due { giveUpAttempts(at: now, &effects) }
            book(books.miss(before: due), at: now, &effects)
        }
        effects.append(.spawn)
    }

    mutating func spawned(at now: Moment) {
        guard !phase.hasWorker, phase != .stopped else { return }
        begin(at: now)
        readySince = nil
        predecessor = nil
        shortages = 0
        phase = .starting(deadline: now.monotonic + Self.startTimeout)
    }

    /// The grid begins with the first worker. Jobs that are declared together are spawned one after the other, and so their slots do
    /// not all fall into the same instant for ever.
    mutating func begin(at now: Moment) {
        if !hasBegun { books = SlotBooks(timetable: schedule.timetable(from: beginning(at: now))) }
        hasBegun = true
    }

    /// A job that has waited for the moment at which it starts has that moment too, if it is a slot.
    private func beginning(at now: Moment) -> SlotInstant {
        guard hasWaited, clock == .wall, let startsAt else { return now.on(clock) }
        return min(now.on(clock), SlotInstant(nanoseconds: startsAt.nanoseconds - 1))
    }

    mutating func deferSpawn(_ until: MonotonicInstant) {
        guard !phase.hasWorker, phase != .stopped else { return }
        phase = .waiting(until: until, .shortage)
    }

    mutating func failToSpawn(_ reason: String, at now: Moment, _ effects: inout [Effect]) {
        guard !phase.hasWorker, phase != .stopped else { return }
        effects.append(.log(.spawnFailed(reason)))
        retreat(at: now, &effects)
    }

    /// Tried again in 0.5 to 5 s, and no failure of the job's.
    mutating func runShort(_ reason: String, at now: Moment, _ effects: inout [Effect]) {
        guard !phase.hasWorker, phase != .stopped else { return }
        if shortageLoggedAt.map({ now.monotonic - $0 >= Self.shortageReminder }) ?? true {
            shortageLoggedAt = now.monotonic
            effects.append(.log(.shortage(reason)))
        }
        shortages = min(shortages + 1, 4)
        let longest = min(0.5 * Double(1 << shortages), 5)
        let delay = Double.random(in: 0.5...longest, using: &random)
        phase = .waiting(until: now.monotonic + Nanoseconds(Int64(delay * 1e9)), .shortage)
    }
}
