import Schedules
import Testing

@Suite("An expression is refused")
struct RefusalTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let text: String
        let offset: Int
        let message: String

        init(_ text: String, _ offset: Int, _ message: String) {
            (self.text, self.offset, self.message) = (text, offset, message)
        }

        var testDescription: String { "'\(text)'" }
    }

    private func check(_ row: Row, hasSeconds: Bool = false) {
        let failure = failure(row.text, hasSeconds: hasSeconds)
        #expect(failure?.message == row.message)
        #expect(failure?.offset == row.offset)
    }

    @Test(
        "for a value that its field does not have",
        arguments: [
            Row("60 * * * *", 0, "'60' in the minute is out of range; expected 0 to 59"),
            Row("* 24 * * *", 2, "'24' in the hour is out of range; expected 0 to 23"),
            Row("* * 0 * *", 4, "'0' in the day of month is out of range; expected 1 to 31"),
            Row("* * 32 * *", 4, "'32' in the day of month is out of range; expected 1 to 31"),
            Row("* * * 0 *", 6, "'0' in the month is out of range; expected 1 to 12 or jan to dec"),
            Row("* * * 13 *", 6, "'13' in the month is out of range; expected 1 to 12 or jan to dec"),
            Row("* * * * 8", 8, "'8' in the day of week is out of range; expected 0 to 7 or sun to sat"),
            Row("1,2,60 * * * *", 4, "'60' in the minute is out of range; expected 0 to 59"),
            Row("0-60 * * * *", 0, "'0-60' in the minute is out of range; expected 0 to 59"),
            Row(
                "4294967297 * * * *", 0, "'4294967297' in the minute is no value; expected 0 to 59"),
            Row("five * * * *", 0, "'five' in the minute is no value; expected 0 to 59"),
            Row("+5 * * * *", 0, "'+5' in the minute is no value; expected 0 to 59"),
            Row("0x5 * * * *", 0, "'0x5' in the minute is no value; expected 0 to 59"),
            Row("jan * * * *", 0, "'jan' in the minute is no value; expected 0 to 59"),
            Row("** * * * *", 0, "'**' in the minute is no value; expected 0 to 59"),
            Row("*5 * * * *", 0, "'*5' in the minute is no value; expected 0 to 59"),
            Row("-5 * * * *", 0, "'-5' in the minute is no value; expected 0 to 59"),
            Row("5- * * * *", 0, "'5-' in the minute is no value; expected 0 to 59"),
            Row("1-5-7 * * * *", 0, "'1-5-7' in the minute is no value; expected 0 to 59"),
            Row("*-5 * * * *", 0, "'*-5' in the minute is no value; expected 0 to 59"),
            Row(
                "* * * sun *", 6, "'sun' in the month is no value; expected 1 to 12 or jan to dec; did you mean 'jun'?"),
            Row(
                "* * * january *", 6,
                "'january' in the month is no value; expected 1 to 12 or jan to dec; did you mean 'jan'?"),
            Row(
                "* * * * Monday", 8,
                "'Monday' in the day of week is no value; expected 0 to 7 or sun to sat; did you mean 'mon'?"),
            Row(
                "* * * * fry", 8,
                "'fry' in the day of week is no value; expected 0 to 7 or sun to sat; did you mean 'fri'?"),
            Row("1 2 3 4 5é", 8, "'5é' in the day of week is no value; expected 0 to 7 or sun to sat"),
            Row("é 60 * * *", 0, "'é' in the minute is no value; expected 0 to 59"),
        ])
    func values(row: Row) { check(row) }

    @Test(
        "for an element that is empty",
        arguments: [
            Row(",5 * * * *", 0, "'' in the minute is an empty element of a list"),
            Row("5, * * * *", 2, "'' in the minute is an empty element of a list"),
            Row("5,,6 * * * *", 2, "'' in the minute is an empty element of a list"),
            Row("* , * * *", 2, "'' in the hour is an empty element of a list"),
        ])
    func empty(row: Row) { check(row) }

    @Test(
        "for a step of nothing, beyond the field, or of no number",
        arguments: [
            Row("*/0 * * * *", 0, "'*/0' in the minute has the step '0'; expected 1 to 59"),
            Row("*/60 * * * *", 0, "'*/60' in the minute has the step '60'; expected 1 to 59, or @every 60m"),
            Row("*/90 * * * *", 0, "'*/90' in the minute has the step '90'; expected 1 to 59, or @every 90m"),
            Row("* */24 * * *", 2, "'*/24' in the hour has the step '24'; expected 1 to 23, or @every 24h"),
            Row("* * */32 * *", 4, "'*/32' in the day of month has the step '32'; expected 1 to 31"),
            Row("* * * */13 *", 6, "'*/13' in the month has the step '13'; expected 1 to 12"),
            Row("* * * * */8", 8, "'*/8' in the day of week has the step '8'; expected 1 to 7"),
            Row("*/ * * * *", 0, "'*/' in the minute has the step ''; expected 1 to 59"),
            Row("5/ * * * *", 0, "'5/' in the minute has the step ''; expected 1 to 59"),
            Row("*/x * * * *", 0, "'*/x' in the minute has the step 'x'; expected 1 to 59"),
            Row("*/-5 * * * *", 0, "'*/-5' in the minute has the step '-5'; expected 1 to 59"),
            Row("1-5/2/3 * * * *", 0, "'1-5/2/3' in the minute has the step '2/3'; expected 1 to 59"),
            Row("* * * */jan *", 6, "'*/jan' in the month has the step 'jan'; expected 1 to 12"),
            Row("1,*/0 * * * *", 2, "'*/0' in the minute has the step '0'; expected 1 to 59"),
            Row("0-10/60 * * * *", 0, "'0-10/60' in the minute has the step '60'; expected 1 to 59"),
        ])
    func steps(row: Row) { check(row) }

    @Test(
        "for a range that goes round, and its two halves are named",
        arguments: [
            ("* 22-2 * * *", "22-23,0-2"), ("* 23-0 * * *", "23,0"), ("50-10 * * * *", "50-59,0-10"),
            ("* * 28-3 * *", "28-31,1-3"), ("* * 31-1 * *", "31,1"), ("* * * nov-feb *", "nov-dec,jan-feb"),
            ("* * * dec-jan *", "dec,jan"), ("* * * 11-2 *", "11-12,1-2"), ("* * * * sat-sun", "sat,sun"),
            ("* * * * fri-sun", "fri-sat,sun"), ("* * * * fri-mon", "fri-sat,sun-mon"), ("* * * * 6-0", "6,0"),
            ("* * * * 5-1", "5-6,0-1"), ("* 17-2/3 * * *", "17-23/3,2"), ("* 22-4/2 * * *", "22-23/2,0-4/2"),
            ("* 23-5/3 * * *", "23,2-5/3"), ("50-20/15 * * * *", "50-59/15,5-20/15"),
            ("* * * oct-may/4 *", "oct-dec/4,feb-may/4"), ("* * * * Fri-Mon", "Fri-sat,sun-Mon"),
        ])
    func wrapped(text: String, halves: String) {
        let message = failure(text)?.message
        #expect(
            message?.hasSuffix("ends before it begins; expected its two halves: \(halves)") == true, "\(message ?? "")")
        // What is expected must be right itself.
        let word = text.split(separator: " ").first { $0 != "*" } ?? ""
        let mended = text.split(separator: " ").map { $0 == word ? halves : String($0) }.joined(separator: " ")
        #expect(failure(mended) == nil)
    }

    @Test("for a range from 7 on, which is the Sunday that the week begins with")
    func fromSunday() {
        check(Row("* * * * 7-1", 8, "'7-1' in the day of week ends before it begins; expected 0-1"))
        check(Row("* 17-1/3 * * *", 2, "'17-1/3' in the hour ends before it begins; expected 17-23/3"))
        check(Row("* * * * 7-0", 8, "'7-0' in the day of week ends before it begins; expected 0"))
    }

    @Test(
        "for a random value, with a pointer to H",
        arguments: [
            ("~ * * * *", 0), ("0~30 * * * *", 0), ("* 0~5 * * *", 2), ("~/5 * * * *", 0), ("1,~30 * * * *", 2),
        ])
    func random(text: String, offset: Int) {
        let failure = failure(text)
        #expect(failure?.message.contains("use H(a-b)") == true)
        #expect(failure?.offset == offset)
    }

    @Test(
        "for the wrong number of fields",
        arguments: [
            Row("", 0, "has 0 fields; expected 5: minute, hour, day of month, month, day of week"),
            Row("   ", 0, "has 0 fields; expected 5: minute, hour, day of month, month, day of week"),
            Row("*", 0, "has 1 field; expected 5: minute, hour, day of month, month, day of week"),
            Row("* * * *", 6, "has 4 fields; expected 5: minute, hour, day of month, month, day of week"),
            Row("* * * * * * *", 12, "has 7 fields; expected 5: minute, hour, day of month, month, day of week"),
            Row(
                "0 * * * * *", 0,
                "has six fields, which engines read in different ways; expected five, or meta.seconds: first for a "
                    + "first field of seconds"),
        ])
    func counts(row: Row) { check(row) }

    @Test("for five fields where there are to be six")
    func five() {
        check(
            Row("* * * * *", 8, "has 5 fields; expected 6: second, minute, hour, day of month, month, day of week"),
            hasSeconds: true)
        check(Row("60 * * * * *", 0, "'60' in the second is out of range; expected 0 to 59"), hasSeconds: true)
        check(Row("* * 24 * * *", 4, "'24' in the hour is out of range; expected 0 to 23"), hasSeconds: true)
    }

    @Test(
        "if it never comes",
        arguments: [
            ("0 0 30 2 *", 4), ("0 0 31 2 *", 4), ("0 0 31 4,6,9,11 *", 4), ("0 0 30,31 feb */2", 4),
            ("0 0 L-30 2,4 *", 4), ("0 0 30W 2 *", 4), ("0 0 29-31/2 2 *", nil), ("0 0 30 2 mon", nil),
            ("0 0 29 2 *", nil), ("0 0 29 2 */7", nil), ("0 0 L-28 2 *", nil), ("0 0 * 2 mon#5", nil),
            ("0 0 */30 2 mon#5", 4), ("0 0 */31 * mon#2", 4), ("0 0 31W 2 *", 4), ("0 0 */8 * 1#1", nil),
            ("0 0 */7 2 sun#5", nil), ("0 0 29 2 sun#5", nil),
        ] as [(String, Int?)])
    func never(text: String, offset: Int?) {
        let failure = failure(text)
        #expect(failure?.offset == offset)
        #expect(failure?.message == (offset == nil ? nil : "never comes: no month has such a day"))
    }

    @Test(
        "for another engine's words",
        arguments: [
            Row("? * * * *", 0, "'?' in the minute is another engine's word for any; use *"),
            Row("0 0 ? * *", 4, "'?' in the day of month is another engine's word for any; use *"),
            Row(
                "0 0 * * L", 8,
                "'L' in the day of week is read in different ways; expected a day before it, as in 5L for the last Friday, "
                    + "or 6"),
        ])
    func others(row: Row) { check(row) }

    @Test(
        "for what belongs elsewhere",
        arguments: [
            Row("0 0 * * L5", 8, "'L5' in the day of week has its L before the day; expected 5L"),
            Row("0 0 * * Lfri", 8, "'Lfri' in the day of week has its L before the day; expected 5L"),
            Row(
                "CRON_TZ=Europe/Riga 0 5 * * *", 0,
                "'CRON_TZ=Europe/Riga' is a time zone; expected it in meta.timezone, or after --timezone"),
            Row("TZ=UTC 0 5 * * *", 0, "'TZ=UTC' is a time zone; expected it in meta.timezone, or after --timezone"),
        ])
    func elsewhere(row: Row) { check(row) }

    @Test("if it is longer than anyone could mean")
    func long() {
        let text = Array(repeating: "1", count: 600).joined(separator: ",") + " * * * *"
        #expect(failure(text)?.message == "has 1207 bytes; expected at most 1024")
    }

    @Test(
        "for an extension with a number that it does not have",
        arguments: [
            Row(
                "0 0 L-0 * *", 4,
                "'L-0' in the day of month is no day before the last; expected L-1 to L-30, or L-1W to L-30W"),
            Row(
                "0 0 L-31 * *", 4,
                "'L-31' in the day of month is no day before the last; expected L-1 to L-30, or L-1W to L-30W"),
            Row(
                "0 0 L- * *", 4,
                "'L-' in the day of month is no day before the last; expected L-1 to L-30, or L-1W to L-30W"),
            Row("0 0 32W * *", 4, "'32W' in the day of month names no day; expected 1W to 31W or LW"),
            Row("0 0 0W * *", 4, "'0W' in the day of month names no day; expected 1W to 31W or LW"),
            Row("0 0 1-5W * *", 4, "'1-5W' in the day of month names no day; expected 1W to 31W or LW"),
            Row("0 0 1,W * *", 6, "'W' in the day of month names no day; expected 1W to 31W or LW"),
            Row("0 0 * * fri#0", 8, "'fri#0' in the day of week counts no week of a month; expected #1 to #5"),
            Row("0 0 * * fri#6", 8, "'fri#6' in the day of week counts no week of a month; expected #1 to #5"),
            Row("0 0 * * fri#", 8, "'fri#' in the day of week counts no week of a month; expected #1 to #5"),
            Row("0 0 * * 8#1", 8, "'8#1' in the day of week is out of range; expected 0 to 7 or sun to sat"),
            Row("0 0 * * 8L", 8, "'8L' in the day of week is out of range; expected 0 to 7 or sun to sat"),
            Row("0 0 * * 1-5L", 8, "'1-5L' in the day of week is no value; expected 0 to 7 or sun to sat"),
            Row("L * * * *", 0, "'L' in the minute is no value; expected 0 to 59"),
            Row("0 0 L/2 * *", 4, "'L/2' in the day of month is no value; expected 1 to 31"),
        ])
    func extensions(row: Row) { check(row) }
}
