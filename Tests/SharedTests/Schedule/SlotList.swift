import Clocks
import Shared
import Testing

/// All slots of a timetable in a span of time, found without it: what its answers are held against.
struct SlotList {
    let slots: [SlotInstant]
    /// The slots are complete between these.
    let span: ClosedRange<SlotInstant>

    /// Asks about random instants, many of them next to a slot.
    func check(_ timetable: Timetable, _ what: String, seed: UInt64, count: Int = 200) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<count {
            let (first, second) = (instant(&random), instant(&random))
            guard let complaint = complaint(about: timetable, first, second) else { continue }
            Issue.record("FUZZ_SEED=\(seed): \(what): \(complaint)")
            return
        }
    }

    private func instant(_ random: inout SeededGenerator) -> SlotInstant {
        let anywhere = Int64.random(in: span.lowerBound.nanoseconds...span.upperBound.nanoseconds, using: &random)
        guard !slots.isEmpty, !random.chance(3) else { return SlotInstant(nanoseconds: anywhere) }
        let near = random.pick(slots).nanoseconds + random.pick([0, 1, -1, 1_000_000_000, -1_000_000_000, 500_000_000])
        return min(max(SlotInstant(nanoseconds: near), span.lowerBound), span.upperBound)
    }

    private func complaint(about timetable: Timetable, _ first: SlotInstant, _ second: SlotInstant) -> String? {
        let slots = slots.filter { $0 > timetable.start }
        let next = slots.first { $0 > first }
        // Beyond the span nothing is known but that it is beyond.
        let found = timetable.next(after: first)
        guard next.map({ $0 == found }) ?? (found > span.upperBound) else {
            return "next after \(first.nanoseconds): \(found.nanoseconds), expected \(next?.nanoseconds ?? -1)"
        }
        let last = slots.last { $0 <= first }
        let foundLast = timetable.last(through: first)
        guard last == foundLast || (last == nil && foundLast.map { $0 < span.lowerBound } ?? false) else {
            return "last through \(first.nanoseconds): \(foundLast?.nanoseconds ?? -1), "
                + "expected \(last?.nanoseconds ?? -1)"
        }
        guard timetable.isSlot(first) == slots.contains(first) else {
            return "\(first.nanoseconds) is a slot: \(timetable.isSlot(first))"
        }
        let count = Int64(slots.count { $0 > first && $0 <= second })
        guard timetable.count(after: first, through: second) == count else {
            return "count after \(first.nanoseconds) through \(second.nanoseconds): "
                + "\(timetable.count(after: first, through: second)), expected \(count)"
        }
        return nil
    }
}
