import Schedules
import Testing
import Values

@testable import struct Schedules.CronFields

@Suite("H")
struct HashTests {
    private func minutes(_ field: String, _ entry: String) throws -> [Int] {
        numbers(try read("\(field) * * * *", entry: entry).fields.minutes)
    }

    @Test("is the same for the same entry for ever")
    func stable() throws {
        // Recorded once: a change here moves everybody's jobs.
        let fields = try read("H H H H H", entry: "app:job.backup").fields
        #expect(numbers(fields.minutes) == [54])
        #expect(numbers(fields.hours) == [4])
        #expect(numbers(fields.days.daysOfMonth) == [9])
        #expect(numbers(fields.months) == [11])
        #expect(numbers(fields.days.weekdays) == [2])
    }

    @Test("spreads a hundred jobs over the hour")
    func spread() throws {
        var jobs = [Int](repeating: 0, count: 60)
        for number in 1...100 { jobs[try minutes("H", "app:job.\(number)")[0]] += 1 }
        // A hundred balls in sixty bins leave 11 of them empty and fill none with more than 8.
        #expect(jobs.count { $0 > 0 } >= 40)
        #expect(jobs.max() ?? 0 <= 8)
        // No quarter of an hour has more than twice its share.
        for quarter in 0..<4 { #expect(jobs[quarter * 15..<quarter * 15 + 15].reduce(0, +) <= 50) }
    }

    @Test("spreads evenly over every range", arguments: [2, 3, 5, 7, 12, 24, 28, 30, 60])
    func even(size: Int) throws {
        var bins = [Int](repeating: 0, count: size)
        let entries = 600 * size
        for number in 0..<entries {
            bins[Int(StableHash.of("job.\(number)", salt: 1) % UInt64(size))] += 1
        }
        // Five standard deviations.
        for bin in bins { #expect(abs(bin - 600) < 125) }
    }

    @Test("differs from field to field")
    func independent() throws {
        let equal = try (0..<600).count { number in
            let fields = try read("H(0-11) H(0-11) * * *", entry: "app:job.\(number)").fields
            return fields.minutes == fields.hours
        }
        #expect((25...80).contains(equal))
    }

    @Test("stays within its range", arguments: 0..<50)
    func range(number: Int) throws {
        let entry = "app:job.\(number)"
        #expect((10...14).contains(try minutes("H(10-14)", entry)[0]))
        #expect(try minutes("H(7-7)", entry) == [7])
        let fields = try read("H H H H H", entry: entry).fields
        #expect((1...28).contains(numbers(fields.days.daysOfMonth)[0]))
        #expect((1...12).contains(numbers(fields.months)[0]))
        #expect((0...6).contains(numbers(fields.days.weekdays)[0]))
        #expect(try read("0 0 * H(jan-mar) H(mon-fri)", entry: entry).fields.months < 16)
    }

    @Test("with a step comes every so often from a hashed value on", arguments: 0..<50)
    func step(number: Int) throws {
        let entry = "app:job.\(number)"
        let every15 = try minutes("H/15", entry)
        #expect(every15.count == 4 && every15[0] < 15)
        #expect(every15 == every15.indices.map { every15[0] + 15 * $0 })
        let inRange = try minutes("H(10-29)/10", entry)
        #expect(inRange.count == 2 && (10...19).contains(inRange[0]) && inRange[1] == inRange[0] + 10)
        #expect(try minutes("H(10-12)/30", entry).count == 1)
    }

    @Test("may stand in a list, and in small letters")
    func list() throws {
        let hashed = try minutes("H", "app:job")
        #expect(try minutes("h", "app:job") == hashed)
        #expect(try Set(minutes("H,5,*/30", "app:job")) == Set(hashed + [0, 5, 30]))
    }

    @Test(
        "is refused with a malformed range",
        arguments: [
            "H5", "H(", "H()", "H(5)", "H(5-)", "H(0-60)", "H(20-10)", "H-5", "HH", "H(1-5", "H/0", "H/60", "H(*)",
        ])
    func malformed(text: String) { #expect(failure("\(text) * * * *")?.offset == 0) }

    @Test("is refused where no entry is known")
    func noEntry() {
        #expect(failure("H * * * *", entry: nil)?.message.contains("needs an entry to hash") == true)
        #expect(failure("5 * * * *", entry: nil) == nil)
    }
}
