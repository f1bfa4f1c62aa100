import Schedules
import Testing

@testable import struct Schedules.CronFields

@Suite("A field")
struct FieldTests {
    @Test(
        "of minutes names exactly these",
        arguments: [
            ("*", Array(0...59)), ("0", [0]), ("59", [59]), ("007", [7]), ("1,2,3", [1, 2, 3]), ("3,1,3", [1, 3]),
            ("5-8", [5, 6, 7, 8]), ("5-5", [5]), ("*/20", [0, 20, 40]), ("*/1", Array(0...59)), ("*/59", [0, 59]),
            ("*/7", [0, 7, 14, 21, 28, 35, 42, 49, 56]), ("10-30/7", [10, 17, 24]), ("10-30/10", [10, 20, 30]),
            ("5/15", [5, 20, 35, 50]), ("59/2", [59]), ("0/30", [0, 30]), ("1-2,3-4/2,*/29", [0, 1, 2, 3, 29, 58]),
            ("0-59", Array(0...59)), ("*,5", Array(0...59)), ("5,*", Array(0...59)),
        ] as [(String, [Int])])
    func minutes(text: String, minutes: [Int]) throws {
        #expect(numbers(try read("\(text) * * * *").fields.minutes) == minutes)
    }

    @Test(
        "of hours names exactly these",
        arguments: [
            ("*", Array(0...23)), ("*/6", [0, 6, 12, 18]), ("*/23", [0, 23]), ("22-23,0-2", [0, 1, 2, 22, 23]),
            ("9-17/4", [9, 13, 17]), ("20/2", [20, 22]),
        ] as [(String, [Int])])
    func hours(text: String, hours: [Int]) throws {
        #expect(numbers(try read("0 \(text) * * *").fields.hours) == hours)
    }

    @Test(
        "of days names exactly these",
        arguments: [
            ("*", Array(1...31)), ("1", [1]), ("31", [31]), ("*/10", [1, 11, 21, 31]), ("*/31", [1]),
            ("20/5", [20, 25, 30]), ("1-7", Array(1...7)),
        ] as [(String, [Int])])
    func days(text: String, days: [Int]) throws {
        #expect(numbers(try read("0 0 \(text) * *").fields.days.daysOfMonth) == days)
    }

    @Test(
        "of months names exactly these, by number or by name in any case",
        arguments: [
            ("*", Array(1...12)), ("jan", [1]), ("DEC", [12]), ("Jun-aug", [6, 7, 8]), ("feb-3", [2, 3]),
            ("*/4", [1, 5, 9]), ("*/12", [1]), ("oct/1", [10, 11, 12]), ("jan,mAy,9", [1, 5, 9]),
            ("jan-dec/5", [1, 6, 11]), ("apr,feb,jul,nov,oct,sep,aug,mar", [2, 3, 4, 7, 8, 9, 10, 11]),
        ] as [(String, [Int])])
    func months(text: String, months: [Int]) throws {
        #expect(numbers(try read("0 0 1 \(text) *").fields.months) == months)
    }

    @Test(
        "of weekdays names exactly these, 7 being Sunday as well",
        arguments: [
            ("*", Array(0...6)), ("0", [0]), ("7", [0]), ("sun", [0]), ("6-7", [0, 6]), ("5-7", [0, 5, 6]),
            ("0-7", Array(0...6)), ("7-7", [0]), ("Mon-Fri", [1, 2, 3, 4, 5]), ("fri-7", [0, 5, 6]),
            ("sun-tue", [0, 1, 2]),
            ("*/2", [0, 2, 4, 6]), ("*/7", [0]), ("1/3", [0, 1, 4]), ("sat,sun", [0, 6]), ("wed,THU", [3, 4]),
            ("1-5/2", [1, 3, 5]),
        ] as [(String, [Int])])
    func weekdays(text: String, weekdays: [Int]) throws {
        #expect(numbers(try read("0 0 * * \(text)").fields.days.weekdays) == weekdays)
    }

    @Test(
        "may stand between any blanks and tabs",
        arguments: ["1 2 3 4 5", "  1 2 3 4 5", "1\t2\t3\t4\t5", "1  2 \t3 4 5  "])
    func blanks(text: String) throws {
        let fields = try read(text).fields
        #expect(fields == (try read("1 2 3 4 5").fields))
    }

    @Test("of seconds is the first of six where the entry says so")
    func seconds() throws {
        let expression = try read("*/20 5 * * * *", hasSeconds: true)
        #expect(numbers(expression.fields.seconds) == [0, 20, 40])
        #expect(numbers(expression.fields.minutes) == [5])
        #expect(numbers(try read("5 * * * *").fields.seconds) == [0])
        #expect(expression.words == ["*/20", "5", "*", "*", "*", "*"])
    }

    @Test(
        "that begins with a star makes times elapse, and any other way of saying the same fixes them",
        arguments: [
            ("* * * * *", false), ("*/5 3 * * *", false), ("0 * * * *", false), ("0 */2 * * *", false),
            ("0 2 * * *", true), ("0-59 0-23 * * *", true), ("0/5 2 * * *", true), ("5,* 2 * * *", true),
            ("*,5 2 * * *", false), ("H H * * *", true), ("H * * * *", false),
        ])
    func fixedTimes(text: String, isFixed: Bool) throws { #expect(try read(text).hasFixedTimes == isFixed) }

    @Test("of seconds does not say whether times are fixed")
    func fixedTimesWithSeconds() throws {
        #expect(try read("*/5 0 2 * * *", hasSeconds: true).hasFixedTimes)
        #expect(try !read("5 * 2 * * *", hasSeconds: true).hasFixedTimes)
        #expect(try !read("5 0 * * * *", hasSeconds: true).hasFixedTimes)
    }
}
