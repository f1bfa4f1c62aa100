import Schedules
import Testing

@testable import Crontabs
@testable import Crontool

private func explanation(_ text: String, hasSeconds: Bool = false) throws -> Explanation {
    Explanation(try WrittenSchedule(text, entry: "app:job", hasSeconds: hasSeconds))
}

@Suite("The sentence for a schedule")
struct ExplanationSentenceTests {
    @Test(
        "names the time of day",
        arguments: [
            ("* * * * *", "Every minute."), ("*/5 * * * *", "Every 5 minutes."),
            ("5/15 * * * *", "Every 15 minutes beginning with minute 5."),
            ("*/7 * * * *", "At minutes 0, 7, 14, 21, 28, 35, 42, 49 and 56 of every hour."),
            ("*/5,1 * * * *", "At minutes 0, 1, 5, … and 55 of every hour."),
            ("0 * * * *", "Every hour, on the hour."), ("17 * * * *", "Every hour at minute 17."),
            ("30 2 * * *", "At 02:30 every day."), ("0,30 2,14 * * *", "At 02:00, 02:30, 14:00 and 14:30 every day."),
            ("0 9-17 * * *", "Every hour from 09:00 to 17:00."), ("30 */2 * * *", "Every 2 hours from 00:30 to 22:30."),
            ("* 2 * * *", "Every minute from 02:00 to 02:59."),
            ("*/5 9-17 * * *", "Every 5 minutes from 09:00 to 17:55."),
            ("*/5 9,12,15 * * *", "Every 5 minutes of the hours 9, 12 and 15."),
            ("1-3 3,9 * * *", "At 03:01, 03:02, 03:03, 09:01, 09:02 and 09:03 every day."),
            ("1-4 3,9 * * *", "At minutes 1 to 4 of the hours 3 and 9."),
            ("1-4,9-11 5 * * *", "At minutes 1, 2, 3, 4, 9, 10 and 11 of hour 5."),
            ("5 1,2,3,4,6,8,9 * * *", "At minute 5 of the hours 1, 2, 3, 4, 6, 8 and 9."),
        ])
    func time(text: String, sentence: String) throws {
        #expect(try explanation(text).sentence == sentence)
    }

    @Test(
        "names the seconds",
        arguments: [
            ("* * * * * *", "Every second."), ("*/10 * * * * *", "Every 10 seconds."),
            ("30 0 12 * * *", "At 12:00:30 every day."),
            ("5 * * * * *", "At second 5 of the minute."),
            ("*/10 0-5 * * * *", "Every 10 seconds, in minutes 0 to 5 of every hour."),
            ("*/10 * 9-17 * * *", "Every 10 seconds, in any minute of the hours from 9 to 17."),
            ("0 30 2 * * *", "At 02:30 every day."),
        ])
    func seconds(text: String, sentence: String) throws {
        #expect(try explanation(text, hasSeconds: true).sentence == sentence)
    }

    @Test(
        "names the days and the months",
        arguments: [
            ("0 0 * * mon", "on Mondays."), ("0 0 * * 1-5", "on each day from Monday to Friday."),
            ("0 0 * * 0,7", "on Sundays."),
            (
                "0 0 * * 1-3,6L",
                "on Mondays, Tuesdays, Wednesdays and the last Saturday of the month."
            ), ("0 0 1 * *", "on day 1 of the month."),
            ("0 0 1,15 * *", "on days 1 and 15 of the month."), ("0 0 1-7 * *", "on days 1 to 7 of the month."),
            ("0 0 L * *", "on the last day of the month."),
            ("0 0 L-1 * *", "on the day 1 day before the last of the month."),
            (
                "0 0 15W,LW * *", "on the weekday nearest to day 15 of the month and the last weekday of the month."
            ), ("0 0 * * fri#2", "on the second Friday of the month."),
            ("0 0 * * 5L", "on the last Friday of the month."),
            ("0 0 13 * 5", "on day 13 of the month or on Fridays."), ("0 0 1-31 * 5", "every day."),
            ("0 0 */10 * 1", "on days 1, 11, 21 and 31 of the month, and only on Mondays."),
            ("0 0 1 1,7 *", "on day 1 of the month, in January and July."),
            ("0 0 * 6-8 *", "every day, from June to August."), ("@weekly", "on Sundays."),
        ])
    func days(text: String, end: String) throws {
        #expect(try explanation(text).sentence == "At 00:00 " + end)
    }

    @Test("says how a schedule goes that has no calendar")
    func others() throws {
        #expect(try explanation("@reboot").sentence == "Once, when the machine is started.")
        #expect(
            try explanation("@every 90s").sentence
                == "Every 1m30s, counted from when the job was first started with it.")
    }
}

@Suite("The notes on a schedule")
struct ExplanationNoteTests {
    private func hasNote(_ text: String, _ part: String) throws -> Bool {
        try explanation(text).notes.contains { $0.contains(part) }
    }

    @Test(
        "tell how the two day fields go together where it matters",
        arguments: [
            ("0 12 13 * 5", "either one is enough: it runs on day 13 of the month, and also on Fridays."),
            ("0 12 1-31 * 5", "it runs every day, since '1-31' names all of them and is not *."),
            (
                "0 12 */2,9 * 1",
                "'*/2,9' begins with *, so that both day fields are required: it runs on days 1, 3, 5, … and 31 of "
                    + "the month, but only where they fall on Mondays."
            ), ("0 12 1 * */3", "'*/3' begins with *"),
        ])
    func dayRule(text: String, note: String) throws {
        let notes = try explanation(text).notes
        #expect(notes.contains { $0.contains(note) }, "\(notes)")
    }

    @Test(
        "say nothing of the day fields where only one counts", arguments: ["0 12 13 * *", "0 12 * * 5", "0 12 */1 * 5"])
    func noDayRule(text: String) throws {
        #expect(try explanation(text).notes.isEmpty)
    }

    @Test(
        "tell where a step leaves another gap",
        arguments: [
            ("*/7 12 * * *", "'*/7' does not divide evenly: from minute 56 to minute 0 it is 4 minutes, not 7."),
            ("0 */5 * * *", "from hour 20 to hour 0 it is 4 hours, not 5."),
            ("0 12 * */5 *", "from November to January it is 2 months, not 5."),
            ("0 12 * * */2", "from Saturday to Sunday it is 1 day, not 2."),
            ("0 12 */2 * *", "at the end of a month the gap is from 1 to 2 days, not 2."),
            ("59/40 12 * * *", "from minute 59 to minute 59 it is 60 minutes, not 40."),
        ])
    func unevenSteps(text: String, note: String) throws {
        let notes = try explanation(text).notes
        #expect(notes.contains { $0.contains(note) }, "\(notes)")
    }

    @Test(
        "say nothing of a step that goes round evenly, or ends where its range does",
        arguments: ["*/5 12 * * *", "5/15 12 * * *", "0-40/7 12 * * *", "0 12 * */3 *"])
    func evenSteps(text: String) throws {
        #expect(try !hasNote(text, "evenly"))
    }

    @Test(
        "name the months that lack a day",
        arguments: [
            ("0 12 31 * *", "February, April, June, September and November have no day 31; L is the last day"),
            ("0 12 30 * *", "February has no day 30"), ("0 12 30 2,4 1", "February has no day 30"),
            ("0 12 29 * *", "leap years only"), ("0 12 31W * *", "have no day 31"),
            ("0 12 * * fri#5", "Not every month has a fifth Friday; 5L is the last one of every month."),
        ])
    func missingDays(text: String, note: String) throws {
        let notes = try explanation(text).notes
        #expect(notes.contains { $0.contains(note) }, "\(notes)")
    }

    @Test(
        "say nothing of days that all of the months have", arguments: ["0 12 31 1,3 *", "0 12 28 * *", "0 12 29 4 *"])
    func allDays(text: String) throws {
        #expect(try explanation(text).notes.isEmpty)
    }

    @Test(
        "tell fixed times from elapsed time, in hours in which clocks change",
        arguments: [
            ("30 2 * * *", "Fixed times"), ("* * * * *", "elapsed time"), ("*/5 2 * * *", "Where a day lacks"),
            ("0 * * * *", "elapsed time"),
        ])
    func clocks(text: String, note: String) throws {
        #expect(try hasNote(text, note))
        #expect(try !hasNote("30 12 * * *", note))
    }

    @Test("tell what H is")
    func hash() throws {
        #expect(try hasNote("H 12 * * *", "H is hashed from the entry's ID"))
        #expect(try hasNote("h/15 * * * *", "H is hashed from the entry's ID"))
        #expect(try !hasNote("5 12 * mar thu", "H is hashed"))
    }
}

@Suite("An explanation in a time zone")
struct ZonedExplanationTests {
    private func explanation(_ zone: String) throws -> (Explanation, SlotReport) {
        let (zone, from) = (try zones.zone(zone), try SlotInput.from("2026-03-28T00:00:00Z"))
        let schedule = try WrittenSchedule("30 3 * * *", entry: nil, hasSeconds: false)
        let search = SlotSearch(schedule, in: zone.rules, from: from, count: 2)
        return (
            Explanation(schedule, in: zone.rules, from: from), SlotReport("30 3 * * *", search, zone: zone, now: from)
        )
    }

    @Test("speaks of changes of the clocks only where there are some within two years")
    func clocks() throws {
        #expect(try explanation("Europe/Riga").0.notes.count == 1)
        #expect(try explanation("UTC").0.notes.isEmpty)
        #expect(try explanation("Asia/Tokyo").0.notes.isEmpty)
    }

    @Test("shows the next slots, and all of it as JSON")
    func slots() throws {
        let (explanation, next) = try explanation("UTC")
        #expect(
            next.indentedTable
                == "  Sat  2026-03-28T03:30:00+00:00  2026-03-28T03:30:00Z  in 3h30m\n"
                + "  Sun  2026-03-29T03:30:00+00:00  2026-03-29T03:30:00Z  in 1d3h\n")
        #expect(
            explanation.json(of: "30 3 * * *", next)
                == #"{"schedule":"30 3 * * *","sentence":"At 03:30 every day.","notes":[],"timezone":"UTC","#
                + #""next":["2026-03-28T03:30:00Z","2026-03-29T03:30:00Z"]}"# + "\n")
        #expect(
            explanation.json(of: "x", nil) == #"{"schedule":"x","sentence":"At 03:30 every day.","notes":[]}"# + "\n")
    }

    @Test("names the weekday nearest to a day before the last")
    func weekday() throws {
        let schedule = try WrittenSchedule("0 0 LW,L-3W * *", entry: nil, hasSeconds: false)
        #expect(
            Explanation(schedule).sentence
                == "At 00:00 on the last weekday of the month and the weekday nearest to the day 3 days before the last of the "
                + "month.")
    }
}
