import Clocks
import Schedules
import TestSupport
import Testing

@testable import struct Schedules.CronFields

/// Over every zone of tzdata, from 1970 to 2100, at changes drawn with a seed.
@Suite("The slots of every zone")
struct PropertyTests {
    private struct Place {
        let zone: RecordedZone
        let change: Int64
        /// Before and after the change.
        let offsets: (Int64, Int64)
    }

    private static let (firstInstant, lastInstant): (Int64, Int64) = (-86_400, 4_102_444_800)

    /// `each` changes of every zone that has as many; one place of the others.
    private static func places(_ each: Int, seed: UInt64) -> [Place] {
        var generator = SeededGenerator(seed: seed)
        return RecordedZone.all.flatMap { zone in
            let known = zone.changes.indices.filter {
                zone.changes[$0].instant > firstInstant && zone.changes[$0].instant < lastInstant
            }
            let chosen = known.shuffled(using: &generator).prefix(each)
            let last = zone.changes.last!.offset
            if chosen.isEmpty { return [Place(zone: zone, change: 1_774_746_000, offsets: (last, last))] }
            return chosen.map {
                Place(
                    zone: zone, change: zone.changes[$0].instant,
                    offsets: (zone.changes[$0 - 1].offset, zone.changes[$0].offset))
            }
        }
    }

    private static func expression(at place: Place, _ generator: inout SeededGenerator) -> String {
        let local = place.change + (Bool.random(using: &generator) ? place.offsets.0 : place.offsets.1)
        let date = CivilDate(daysSince1970: floorDivide(local, 86_400))
        let hour = Int(floorDivide(local, 3_600) - 24 * floorDivide(local, 86_400))
        let near = (hour + Int.random(in: 22...25, using: &generator)) % 24
        let minute = [
            "0", "30", "*/5", "*/15", "*/7", "*", "0,30", "5/15", "\(Int.random(in: 0...59, using: &generator))",
        ]
        let hours = ["*", "\(hour)", "\(near)", "\(near)", "*/2", "*/3", "0-23", "\(near),\(hour)", "0"]
        let days = ["*", "*", "*", "*", "\(date.day)", "*/2", "L", "15W", "1-15"]
        let weekdays = ["*", "*", "*", "*", "sun", "mon-fri", "5L", "sun#2", "*/3"]
        func any(_ words: [String]) -> String { words.randomElement(using: &generator)! }
        return "\(any(minute)) \(any(hours)) \(any(days)) * \(any(weekdays))"
    }

    @Test("are those that one finds by looking at the clock every minute")
    func watched() throws {
        var generator = SeededGenerator(seed: 1)
        for place in Self.places(3, seed: 2) {
            let text = Self.expression(at: place, &generator)
            let schedule = CalendarSchedule(try read(text), in: place.zone.rules)
            let from = place.change - 90_000 + Int64.random(in: 0...80_000, using: &generator)
            let to = place.change + Int64.random(in: 10_000...100_000, using: &generator)
            let expected = WatchedClock(zone: place.zone, expression: schedule.expression).slots(
                after: from, through: to)
            check(schedule, from, to, expected, "\(place.zone.name) \(place.change) \(text) from \(from) to \(to)")
        }
    }

    private func check(_ schedule: CalendarSchedule, _ from: Int64, _ to: Int64, _ expected: [Int64], _ row: String) {
        var (forwards, backwards): ([Int64], [Int64]) = ([], [])
        var last = from
        while let slot = schedule.next(after: last), slot <= to {
            guard slot > last else { return report("\(row): \(slot) is not after \(last)") }
            forwards.append(slot)
            last = slot
        }
        last = to + 1
        while let slot = schedule.previous(before: last), slot > from {
            guard slot < last else { return report("\(row): \(slot) is not before \(last)") }
            backwards.append(slot)
            last = slot
        }
        if forwards != expected { report("\(row): next has \(forwards); expected \(expected)") }
        backwards.reverse()
        if backwards != expected { report("\(row): previous has \(backwards); expected \(expected)") }
        let count = schedule.count(after: from, through: to)
        if count != expected.count { report("\(row): counted \(count); expected \(expected.count)") }
    }

    @Test("lie after the instant that is asked for, on a face that the fields name or at a jump over one")
    func faces() throws {
        var generator = SeededGenerator(seed: 3)
        for place in Self.places(8, seed: 4) {
            let text = Self.expression(at: place, &generator)
            let schedule = CalendarSchedule(try read(text), in: place.zone.rules)
            let from = place.change + Int64.random(in: -100_000...100_000, using: &generator)
            guard let slot = schedule.next(after: from) else { return report("\(text) has no slot") }
            let face = slot + place.zone.offset(at: slot)
            let shown = slot + place.zone.offset(at: slot - 1)
            let isNamed = schedule.expression.fields.next(atOrAfter: face) == face
            let passed = schedule.expression.fields.next(atOrAfter: shown) ?? .max
            let isJump = schedule.expression.hasFixedTimes && shown < face && passed < face
            if slot <= from || !isNamed && !isJump { report("\(place.zone.name) \(text) after \(from): \(slot)") }
        }
    }

    @Test("bracket every instant, forwards and backwards")
    func brackets() throws {
        var generator = SeededGenerator(seed: 5)
        for place in Self.places(8, seed: 6) {
            let text = Self.expression(at: place, &generator)
            let schedule = CalendarSchedule(try read(text), in: place.zone.rules)
            let distance = Int64.random(in: -100_000_000_000_000...100_000_000_000_000, using: &generator)
            let instant = WallInstant(nanoseconds: place.change * 1_000_000_000 + distance)
            guard let next = schedule.next(after: instant), let last = schedule.previous(before: next) else {
                return report("\(text) has no slot")
            }
            let isRight =
                last.nanoseconds <= instant.nanoseconds && instant < next && schedule.next(after: last) == next
                && schedule.isSlot(next) && schedule.count(after: last, through: next) == 1
            if !isRight { report("\(place.zone.name) \(text) at \(instant): \(last), \(next)") }
        }
    }

    /// A civil day that the clocks leave out altogether has its run too, at the jump: that of `0 12 30 12 *` in Apia in
    /// 2011.
    @Test("of a daily job are one for each civil day")
    func daily() throws {
        var generator = SeededGenerator(seed: 7)
        for place in Self.places(8, seed: 8) {
            // Mostly within what is skipped or shown twice.
            let near = place.change + place.offsets.0 + Int64.random(in: -4_000...4_000, using: &generator)
            let time = near - floorDivide(near, 86_400) * 86_400
            let text = "\(time / 60 % 60) \(time / 3_600) * * *"
            let schedule = CalendarSchedule(try read(text), in: place.zone.rules)
            let today = floorDivide(near, 86_400)
            for day in today - 2...today + 2 {
                let slots = self.slots(of: day, place.zone, schedule)
                if slots.count != 1 { report("\(place.zone.name) \(text): \(slots) on day \(day)") }
            }
        }
    }

    /// Those that belong to a civil day: shown on its face, or at the jump over a part of it, the last slot being
    /// before that part.
    private func slots(of day: Int64, _ zone: RecordedZone, _ schedule: CalendarSchedule) -> [Int64] {
        schedule.slots(after: day * 86_400 - 4 * 86_400, 8).filter { slot in
            let face = slot + zone.offset(at: slot)
            let named = schedule.expression.fields.next(atOrAfter: face) == face ? face : nil
            let shown = slot + zone.offset(at: slot - 1)
            let passed = schedule.expression.fields.next(atOrAfter: shown) ?? .max
            return floorDivide(named ?? passed, 86_400) == day
        }
    }

    @Test("of a job every five minutes are never more than five minutes apart, whatever the clocks do")
    func elapsed() throws {
        let expression = try read("*/5 * * * *")
        var overlaps = 0
        for place in Self.places(12, seed: 9) where (place.offsets.0 - place.offsets.1) % 300 == 0 {
            let schedule = CalendarSchedule(expression, in: place.zone.rules)
            overlaps += place.offsets.1 < place.offsets.0 ? 1 : 0
            let slots = schedule.slots(after: place.change - 1_000, 7)
            for (last, next) in zip(slots, slots.dropFirst()) where next - last != 300 {
                report("\(place.zone.name) at \(place.change): \(slots.map { $0 - place.change })")
            }
        }
        #expect(overlaps > 500)
    }

    /// A search by the minute would go through twenty million of them for each of these.
    @Test("are found in a bounded number of steps, however rare")
    func rare() throws {
        let expressions = [
            "0 0 29 2 */7", "* * 29 2 */7", "59 23 29 feb sun#5", "* 0 * 2 sun#5", "*/5 12 31W * sat", "* * L-30 1 *",
        ]
        let schedules = try expressions.flatMap { text in
            try ["Europe/Riga", "Africa/Casablanca", "Australia/Lord_Howe", "UTC"].map {
                CalendarSchedule(try read(text), in: try RecordedZone.rules(of: $0))
            }
        }
        let duration = ContinuousClock().measure {
            for schedule in schedules {
                for start in stride(from: Int64(0), to: 4_000_000_000, by: 400_000_000) {
                    let slot = schedule.next(after: start)
                    #expect(slot.map { $0 > start && $0 - start < 41 * 366 * 86_400 } == true)
                    #expect(slot.flatMap { schedule.previous(before: $0) }.map { $0 <= start } == true)
                }
            }
        }
        #expect(duration < .seconds(10))
    }

    @Test("end with the wall clock, in 2262, and begin with it, in 1677")
    func ends() throws {
        let schedule = CalendarSchedule(try read("0 0 1 1 *"), in: try RecordedZone.rules(of: "Europe/Riga"))
        #expect(schedule.next(after: WallInstant(nanoseconds: .max)) == nil)
        #expect(schedule.previous(before: WallInstant(nanoseconds: .min + 1)) == nil)
        #expect(schedule.next(after: WallInstant(nanoseconds: .min)) != nil)
        #expect(schedule.previous(before: WallInstant(nanoseconds: .max)) != nil)
        for text in ["* * * * *", "0 * * 1 *", "30 2 * * *"] {
            let schedule = CalendarSchedule(try read(text), in: try RecordedZone.rules(of: "America/New_York"))
            #expect(schedule.next(after: WallInstant(nanoseconds: .max)) == nil)
            #expect(schedule.previous(before: WallInstant(nanoseconds: .min)) == nil)
            #expect(!schedule.isSlot(WallInstant(nanoseconds: .min)))
            #expect(
                schedule.count(after: WallInstant(nanoseconds: .min), through: WallInstant(nanoseconds: .max)) > 10_000)
        }
    }
}

private func report(_ text: String) { Issue.record(Comment(rawValue: text)) }
