import Clocks
import Testing

@Suite("A monotonic instant")
struct MonotonicInstantTests {
    @Test(
        "moves by a duration, and stops at the distant future",
        arguments: [
            (5, 3, 8), (5, -3, 2), (5, 0, 5), (.max, 0, .max), (.max, 1, .max), (.max, .max, .max),
            (.max - 1, 1, .max), (.max - 1, 2, .max), (1, .max, .max), (.max, -1, .max - 1), (.min, .max, -1),
        ] as [(Int64, Int64, Int64)])
    func sum(instant: Int64, duration: Int64, expected: Int64) {
        #expect((MonotonicInstant(nanoseconds: instant) + Nanoseconds(duration)).nanoseconds == expected)
    }

    @Test("is away from another one by a duration, and never traps")
    func difference() {
        func distance(_ left: Int64, _ right: Int64) -> Int64 {
            (MonotonicInstant(nanoseconds: left) - MonotonicInstant(nanoseconds: right)).count
        }
        #expect(distance(5, 3) == 2)
        #expect(distance(3, 5) == -2)
        #expect(distance(.max, 0) == .max)
        #expect(distance(0, .max) == -.max)
        // Too far apart for any duration: wrong, but harmless.
        _ = (distance(.min, .max), distance(.max, .min), distance(0, .min))
    }

    @Test("comes before those that are later")
    func order() {
        let instants = [Int64.min, -1, 0, 1, .max].map { MonotonicInstant(nanoseconds: $0) }
        #expect(instants.shuffled().sorted() == instants)
        #expect(instants.last == .distantFuture)
        for (earlier, later) in zip(instants, instants.dropFirst()) {
            #expect(earlier < later && earlier <= later && later > earlier && later >= earlier)
            #expect(!(later < earlier) && !(later <= earlier) && !(earlier > later) && !(earlier >= later))
            #expect(earlier <= earlier && earlier >= earlier && !(earlier < earlier) && !(earlier > earlier))
        }
    }
}

@Suite("A span of nanoseconds")
struct NanosecondsTests {
    @Test("has units")
    func units() {
        #expect(Nanoseconds.seconds(2) == Nanoseconds(2_000_000_000))
        #expect(Nanoseconds.milliseconds(-2) == Nanoseconds(-2_000_000))
        #expect(Nanoseconds(1_999).wholeMicroseconds == 1)
        #expect(Nanoseconds(1_500_000_000).inSeconds == 1.5)
        #expect(Nanoseconds.seconds(1) + .milliseconds(1) - .seconds(2) == .milliseconds(-999))
    }

    @Test(
        "is rounded up to milliseconds for a timer, which must not fire early",
        arguments: [
            (0, 0), (-1, 0), (.min, 0), (1, 1), (999_999, 1), (1_000_000, 1), (1_000_001, 2),
            (.max, 9_223_372_036_855),
        ] as [(Int64, Int64)])
    func milliseconds(count: Int64, expected: Int64) {
        #expect(Nanoseconds(count).millisecondsRoundedUp == expected)
    }

    @Test("is shorter or longer than another one")
    func order() {
        let spans = [Int64.min, -1, 0, 1, .max].map { Nanoseconds($0) }
        #expect(spans.shuffled().sorted() == spans)
        for (shorter, longer) in zip(spans, spans.dropFirst()) {
            #expect(shorter < longer && shorter <= longer && longer > shorter && longer >= shorter)
            #expect(!(longer < shorter) && !(longer <= shorter) && !(shorter > longer) && !(shorter >= longer))
        }
    }
}
