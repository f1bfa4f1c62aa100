import Clocks
import Schedules
import TestSupport
import Testing

@Suite("The count of a cron expression's slots")
struct CalendarCountTests {
    private static let expressions = [
        "* * * * *", "*/7 * * * *", "0 0 * * *", "30 2 * * *", "30 3 * * *", "15,45 0-3 * * 1-5", "0 */3 * * *",
        "0 12 1 * *", "0 12 29 2 *", "0 0 L * *", "0 4 15W * fri#2", "1 0 31 * 5L",
    ]

    @Test(
        "is how many there are when one goes from each to the next", arguments: expressions,
        ["UTC", "Europe/Riga", "America/Sao_Paulo", "America/St_Johns", "Pacific/Apia"])
    func enumeration(text: String, name: String) throws {
        let schedule = CalendarSchedule(try CronParser(entry: nil).parse(text), in: try zone(name))
        var random = SeededGenerator(seed: Fuzz.seed)
        for _ in 0..<Fuzz.iterations(10) {
            let after = WallInstant(nanoseconds: Int64.random(in: 0...1_900_000_000_000_000_000, using: &random))
            var (slot, count) = (after, Int64(0))
            for _ in 0..<random.below(400) {
                guard let next = schedule.next(after: slot) else { break }
                (slot, count) = (next, count + 1)
                #expect(schedule.isSlot(slot))
                #expect(schedule.previous(before: slot + Nanoseconds(1)) == slot)
            }
            let found = schedule.count(after: after, through: slot)
            #expect(found == count, "FUZZ_SEED=\(Fuzz.seed): after \(after.nanoseconds) through \(slot.nanoseconds)")
            guard count > 0 else { continue }
            let before = WallInstant(nanoseconds: slot.nanoseconds - 1)
            #expect(schedule.count(after: after, through: before) == count - 1)
            #expect(schedule.count(after: slot, through: slot) == 0)
        }
    }

    @Test("is found for centuries at once")
    func centuries() throws {
        let minutes = CalendarSchedule(try CronParser(entry: nil).parse("* * * * *"), in: try zone("Europe/Riga"))
        let (start, end) = (wall("1970-01-01T00:00:00Z"), wall("2260-01-01T00:00:00Z"))
        #expect(minutes.count(after: start, through: end) == (end.nanoseconds - start.nanoseconds) / 60_000_000_000)
        let days = CalendarSchedule(try CronParser(entry: nil).parse("30 3 * * *"), in: try zone("Europe/Riga"))
        #expect(days.count(after: start, through: end) == (end.nanoseconds - start.nanoseconds) / 86_400_000_000_000)
        #expect(days.count(after: end, through: start) == 0)
    }
}
