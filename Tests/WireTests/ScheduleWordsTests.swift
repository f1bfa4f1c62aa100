import Clocks
import Schedules
import TestSupport
import Testing
import Values
import Wire

@Suite("A schedule on its way to the worker")
struct ScheduleWordsTests {
    private static let entry = EntryID(namespace: "app", name: "job.one")!

    private func header(_ words: ScheduleWords) -> WorkerDefinition.Header {
        .init(
            entry: Self.entry, kind: "function.swift", schedule: words,
            start: SlotInstant(nanoseconds: 1), accounted: SlotInstant(nanoseconds: 2), runs: 3, file: "r.yaml")
    }

    private func passed(_ words: ScheduleWords) throws -> ScheduleWords? {
        let lines = lines(header(words).encoded())
        guard case .definition(let header) = try decodeCommand(lines[0]) else { return nil }
        return header.schedule
    }

    private func text(_ schedule: Schedule) -> String {
        let line = String(decoding: header(ScheduleWords(schedule)).encoded(), as: UTF8.self)
        let from = line.firstRange(of: "kind=function.swift ")!.upperBound
        return String(line[from..<line.firstRange(of: " start=")!.lowerBound])
    }

    private static func calendar(_ text: String, in zone: ZoneRules, hasSeconds: Bool = false) throws -> Schedule {
        let parser = CronParser(entry: entry.description, hasSeconds: hasSeconds)
        var schedule = Schedule(.calendar(CalendarSchedule(try parser.parse(text), in: zone)), text: text)
        schedule.hasSeconds = hasSeconds
        return schedule
    }

    /// One of each kind, with all that it may have.
    private static func schedules(in zone: ZoneRules) throws -> [Schedule] {
        let name = ZoneName(name: "Europe/Riga", file: "/usr/share/zoneinfo/Europe/Riga")
        var schedules = [
            Schedule.interval(.seconds(90), text: "1m30s"),
            Schedule(.aligned(AlignedInterval(.seconds(900), in: zone)), text: "15m"),
            try calendar("*/5 * * * mon-fri", in: zone), try calendar("H H(1-4) * * *", in: zone),
            try calendar("@daily", in: zone), try calendar("30 0 12 L * 5#2", in: zone, hasSeconds: true),
            Schedule(.none, text: "@reboot"),
        ]
        for index in 1...5 { schedules[index].zone = name }
        for index in [1, 5] { schedules[index].endsAt = WallInstant(nanoseconds: 9) }
        for index in 0...5 { (schedules[index].jitter, schedules[index].splay) = (.seconds(2), Nanoseconds(7)) }
        return schedules
    }

    @Test("comes to the same rule there")
    func rules() throws {
        let riga = try zone("Europe/Riga")
        for schedule in try Self.schedules(in: riga) {
            let words = ScheduleWords(schedule)
            let passed = try #require(try passed(words))
            #expect(passed == words)
            #expect(try passed.rule(entry: Self.entry, zone: riga) == schedule.rule, "\(schedule.text)")
            #expect(passed.text == schedule.text)
            #expect(passed.zoneFile == schedule.zone?.file ?? "")
            #expect((passed.jitter, passed.splay) == (schedule.jitter, schedule.splay))
        }
    }

    @Test("is written in its own words, with nothing that goes without saying")
    func words() throws {
        let zone = "zone_file=/usr/share/zoneinfo/Europe/Riga"
        #expect(
            try Self.schedules(in: .utc).map(text) == [
                "schedule=1m30s interval_ns=90000000000 jitter_ns=2000000000 splay_ns=7",
                "schedule=15m interval_ns=900000000000 align=true \(zone) jitter_ns=2000000000 splay_ns=7 ends_at=9",
                "schedule=\"*/5 * * * mon-fri\" \(zone) jitter_ns=2000000000 splay_ns=7",
                "schedule=\"H H(1-4) * * *\" \(zone) jitter_ns=2000000000 splay_ns=7",
                "schedule=@daily \(zone) jitter_ns=2000000000 splay_ns=7",
                "schedule=\"30 0 12 L * 5#2\" seconds=first \(zone) jitter_ns=2000000000 splay_ns=7 ends_at=9",
                "schedule=@reboot",
            ])
        #expect(text(.interval(.seconds(1))) == "schedule=1s interval_ns=1000000000")
    }

    @Test("has H from the entry, not from the worker")
    func hash() throws {
        let words = ScheduleWords(try Self.calendar("H H * * *", in: .utc))
        let other = EntryID(namespace: "app", name: "job.two")!
        #expect(try words.rule(entry: Self.entry, zone: .utc) != words.rule(entry: other, zone: .utc))
    }

    @Test("that no daemon would send is refused there")
    func refused() {
        var words = ScheduleWords()
        for text in ["", "* * * *", "61 * * * *", "@sometimes", "1 2 3 4 5 6"] {
            words.text = text
            #expect(throws: CronFailure.self, "\(text)") { try words.rule(entry: Self.entry, zone: .utc) }
        }
    }
}
