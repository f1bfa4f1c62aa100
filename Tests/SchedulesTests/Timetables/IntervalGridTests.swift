import Clocks
import Schedules
import Testing

@Suite("An interval grid")
struct IntervalGridTests {
    private let grid = IntervalGrid(start: MonotonicInstant(nanoseconds: 100), interval: Nanoseconds(10))

    @Test(
        "has its first slot one interval after the start, and each next one an interval later",
        arguments: [(0, 110), (100, 110), (109, 110), (110, 120), (111, 120), (119, 120), (1_000, 1_010)]
            as [(Int64, Int64)])
    func next(after: Int64, slot: Int64) {
        #expect(grid.next(after: MonotonicInstant(nanoseconds: after)).nanoseconds == slot)
    }

    @Test(
        "knows the last slot up to a moment",
        arguments: [(0, nil), (100, nil), (109, nil), (110, 110), (119, 110), (120, 120)] as [(Int64, Int64?)])
    func last(through: Int64, slot: Int64?) {
        #expect(grid.last(through: MonotonicInstant(nanoseconds: through))?.nanoseconds == slot)
    }

    @Test(
        "counts slots after the one moment and up to the other",
        arguments: [
            (100, 110, 1), (110, 110, 0), (109, 110, 1), (110, 120, 1), (110, 119, 0), (0, 1_000, 90), (120, 110, 0),
            (0, 100, 0),
        ] as [(Int64, Int64, Int64)])
    func count(after: Int64, through: Int64, count: Int64) {
        let (after, through) = (MonotonicInstant(nanoseconds: after), MonotonicInstant(nanoseconds: through))
        #expect(grid.count(after: after, through: through) == count)
    }

    @Test(
        "tells a slot from other moments",
        arguments: [(100, false), (105, false), (90, false), (110, true), (200, true)])
    func isSlot(instant: Int64, expected: Bool) {
        #expect(grid.isSlot(MonotonicInstant(nanoseconds: instant)) == expected)
    }

    @Test(
        "has no slot past the end of the clock",
        arguments: [(Int64.max - 5, 10), (0, Int64.max), (0, 1), (7, Int64.max), (Int64.max, 1)] as [(Int64, Int64)])
    func end(start: Int64, interval: Int64) {
        let grid = IntervalGrid(start: MonotonicInstant(nanoseconds: start), interval: Nanoseconds(interval))
        #expect(grid.next(after: .distantFuture) == .distantFuture)
        #expect(grid.next(after: MonotonicInstant(nanoseconds: .max - 1)) == .distantFuture)
    }

    @Test("agrees with itself: each next slot is a slot, and the count between two is how many there are")
    func consistency() {
        var instant = grid.start
        for index in 1...1_000 {
            let next = grid.next(after: instant)
            #expect(grid.isSlot(next))
            #expect(grid.last(through: next) == next)
            #expect(grid.count(after: grid.start, through: next) == Int64(index))
            instant = next
        }
    }
}
