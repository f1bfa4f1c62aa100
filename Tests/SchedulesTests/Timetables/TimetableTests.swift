import Clocks
import Schedules
import TestSupport
import Testing

@Suite("A timetable")
struct TimetableTests {
    private static let intervals = [
        Nanoseconds(1), .milliseconds(10), .seconds(7), .seconds(86_400), Nanoseconds(.max),
    ]

    @Test("of an interval has the slots that counting from its start finds", arguments: intervals)
    func interval(interval: Nanoseconds) {
        let start = SlotInstant(nanoseconds: 1_000_000_000_000)
        var slots = [start]
        while slots.count < 300, slots[slots.count - 1] + interval < .distantFuture {
            slots.append(slots[slots.count - 1] + interval)
        }
        // Past the end of the clock, there is none.
        let end = slots.count == 1 ? SlotInstant(nanoseconds: .max - 1) : slots[slots.count - 1]
        let list = SlotList(slots: slots, span: SlotInstant(nanoseconds: 0)...end)
        let timetable = Timetable(.interval(interval), start: start)
        #expect(timetable.clock == .monotonic)
        for round in 0..<Fuzz.iterations(5) { list.check(timetable, "\(interval)", seed: Fuzz.seed &+ UInt64(round)) }
    }

    @Test("of an aligned interval has the slots that going through all minutes finds", arguments: ZoneWindow.all)
    func aligned(window: ZoneWindow) throws {
        for minutes in [1, 7, 60, 90, 720, 1_000, 1_440] as [Int64] {
            let rule = SlotRule.aligned(AlignedInterval(.seconds(minutes * 60), in: try window.rules()))
            try check(rule, try alignedSlots(minutes, in: window), window, "every \(minutes) min in \(window)")
        }
    }

    /// A day begins when the clocks show a later one than ever before.
    private func alignedSlots(_ interval: Int64, in window: ZoneWindow) throws -> [SlotInstant] {
        var slots: [SlotInstant] = []
        var begin: Int64?
        try window.minutes { instant, shown, latest in
            if latest / 86_400 < shown / 86_400 { begin = instant }
            // The slots of the first day that the window has a part of only are left out.
            guard let begin, (instant - begin) / 60 % interval == 0 else { return }
            slots.append(SlotInstant(nanoseconds: instant * 1_000_000_000))
        }
        return slots
    }

    @Test(
        "of a cron expression has the slots that going through all minutes finds", arguments: NaiveCron.all,
        ZoneWindow.all)
    func calendar(cron: NaiveCron, window: ZoneWindow) throws {
        let rule = SlotRule.calendar(try cron.schedule(in: try window.rules()))
        try check(rule, try cron.slots(in: window), window, "\(cron) in \(window)")
    }

    /// From the window's beginning, and from a moment in the middle.
    private func check(_ rule: SlotRule, _ slots: [SlotInstant], _ window: ZoneWindow, _ what: String) throws {
        // What begins before the window's first midnight has its slots counted from another one.
        let first = if case .aligned = rule { try #require(slots.first) } else { SlotInstant(window.start) }
        let list = SlotList(slots: slots, span: first...SlotInstant(window.end))
        let middle = slots.isEmpty ? first : slots[slots.count / 2]
        for start in [first, middle, middle + Nanoseconds(-1), SlotInstant(nanoseconds: 0)] {
            let timetable = Timetable(rule, start: start)
            #expect(timetable.clock == .wall)
            for round in 0..<Fuzz.iterations(1) { list.check(timetable, what, seed: Fuzz.seed &+ UInt64(round)) }
        }
    }

    @Test("without a rule has no slots at all")
    func none() {
        let timetable = Timetable(.none, start: SlotInstant(nanoseconds: 5))
        let list = SlotList(slots: [], span: SlotInstant(nanoseconds: 0)...SlotInstant(nanoseconds: .max - 1))
        list.check(timetable, "none", seed: Fuzz.seed)
        #expect(timetable.next(after: SlotInstant(nanoseconds: 5)) == .distantFuture)
        #expect(timetable.last(through: .distantFuture) == nil)
        #expect(!timetable.isSlot(.distantFuture))
    }

    @Test("has no slot at its end or after it", arguments: [5, 6, 10, 11])
    func ofALimitedLife(end: Int64) throws {
        func second(_ second: Int64) -> SlotInstant { SlotInstant(nanoseconds: second * 1_000_000_000) }
        let slots: [Int64] = [5, 10].filter { $0 < end }
        for rule in [
            .aligned(AlignedInterval(.seconds(5), in: .utc)),
            .calendar(
                CalendarSchedule(try CronParser(entry: nil, hasSeconds: true).parse("*/5 * * * * *"), in: .utc)),
        ] as [SlotRule] {
            let timetable = Timetable(rule, start: second(0), end: second(end))
            #expect([5, 10, 15].filter { timetable.isSlot(second($0)) } == slots)
            #expect(timetable.next(after: second(4)) == slots.first.map(second) ?? .distantFuture)
            #expect(timetable.next(after: second(10)) == .distantFuture)
            #expect(timetable.last(through: second(60)) == slots.last.map(second))
            #expect(timetable.count(after: second(0), through: second(60)) == Int64(slots.count))
        }
    }

    @Test("ends with its clock, and none of its answers traps there")
    func end() throws {
        let riga = try zone("Europe/Riga")
        let day: Int64 = 100_000_000_000_000
        let ends: [Int64] = [.min, .min + 1, .min + day, 0, .max - day, .max - 1, .max]
        let rules: [SlotRule] = [
            .interval(.seconds(10)), .none, .aligned(AlignedInterval(.seconds(3_600), in: riga)),
            .aligned(AlignedInterval(.seconds(86_400), in: .utc)),
            .calendar(try NaiveCron.all[0].schedule(in: riga)), .calendar(try NaiveCron.all[3].schedule(in: riga)),
        ]
        for (rule, start) in rules.flatMap({ rule in ends.map { (rule, $0) } }) {
            let timetable = Timetable(rule, start: SlotInstant(nanoseconds: start))
            // The monotonic clock shows nothing below zero.
            if timetable.clock == .monotonic, start < 0 { continue }
            for end in ends.map({ SlotInstant(nanoseconds: $0) }) {
                #expect(timetable.next(after: end) > end || end == .distantFuture)
                #expect(timetable.last(through: end).map { $0 > timetable.start && $0 <= end } ?? true)
                #expect(timetable.count(after: end, through: end) == 0)
                #expect(!timetable.isSlot(end) || end == timetable.last(through: end))
            }
        }
    }
}

extension SlotInstant {
    fileprivate init(_ instant: WallInstant) { self.init(nanoseconds: instant.nanoseconds) }
}
