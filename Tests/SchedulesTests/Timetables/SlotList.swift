import Clocks
import Schedules
import TestSupport
import Testing

/// All slots of a timetable in a span of time, found without it: what its answers are held against.
struct SlotList {
    let slots: [SlotInstant]
    /// The slots are complete between these.
    let span: ClosedRange<SlotInstant>

    /// Asks about random instants, many of them next to a slot.
    func check(_ timetable: Timetable, _ what: String, seed: UInt64, count: Int = 100) {
        var random = SeededGenerator(seed: seed)
        let own = SlotList(slots: slots.filter { $0 > timetable.start }, span: span)
        for _ in 0..<count {
            let (first, second) = (instant(&random), instant(&random))
            guard let complaint = own.complaint(about: timetable, first, second) else { continue }
            Issue.record("FUZZ_SEED=\(seed): \(what): \(complaint)")
            return
        }
    }

    private func instant(_ random: inout SeededGenerator) -> SlotInstant {
        let anywhere = Int64.random(in: span.lowerBound.nanoseconds...span.upperBound.nanoseconds, using: &random)
        guard !slots.isEmpty, !random.chance(3) else { return SlotInstant(nanoseconds: anywhere) }
        let step: Int64 = random.pick([0, 1, -1, 1_000_000_000, -1_000_000_000, 500_000_000])
        return min(max(random.pick(slots) + Nanoseconds(step), span.lowerBound), span.upperBound)
    }

    private func complaint(about timetable: Timetable, _ first: SlotInstant, _ second: SlotInstant) -> String? {
        let index = index(through: first)
        let next = index < slots.count ? slots[index] : nil
        // Beyond the span nothing is known but that it is beyond.
        let found = timetable.next(after: first)
        guard next.map({ $0 == found }) ?? (found > span.upperBound) else {
            return "next after \(first.nanoseconds): \(found.nanoseconds), expected \(next?.nanoseconds ?? -1)"
        }
        let last = index > 0 ? slots[index - 1] : nil
        let foundLast = timetable.last(through: first)
        guard last == foundLast || (last == nil && foundLast.map { $0 < span.lowerBound } ?? false) else {
            return "last through \(first.nanoseconds): \(foundLast?.nanoseconds ?? -1), "
                + "expected \(last?.nanoseconds ?? -1)"
        }
        guard timetable.isSlot(first) == (last == first) else {
            return "\(first.nanoseconds) is a slot: \(timetable.isSlot(first))"
        }
        let (count, expected) = (
            timetable.count(after: first, through: second), max(0, self.index(through: second) - index)
        )
        guard count == expected else {
            return "count after \(first.nanoseconds) through \(second.nanoseconds): \(count), expected \(expected)"
        }
        return nil
    }

    /// How many slots lie at or before `instant`.
    private func index(through instant: SlotInstant) -> Int {
        var (low, high) = (0, slots.count)
        while low < high {
            let middle = (low + high) / 2
            if slots[middle] <= instant { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
