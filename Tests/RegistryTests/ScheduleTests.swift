import Clocks
import Model
import Registry
import Schedules
import Testing
import Values

private func schedule(_ meta: String, id: String = "job.one") throws -> Schedule {
    let result = JobEntries.definitions(in: load(registry(meta, id: id)), zones: someZones)
    return try #require(result.jobs.first, "\(result.errors)").schedule
}

private func calendar(_ text: String, hasSeconds: Bool = false, zone: String? = nil) throws -> Schedule {
    let expression = try CronParser(entry: "app:job.one", hasSeconds: hasSeconds).parse(text)
    var schedule = Schedule(.calendar(CalendarSchedule(expression, in: .utc)), text: text)
    schedule.hasSeconds = hasSeconds
    schedule.zone =
        zone == nil
        ? ZoneName(name: "Test/Local", file: "/zones/local") : ZoneName(name: "Europe/Riga", file: "/zones/riga")
    return schedule
}

@Suite("A job's interval")
struct IntervalKeyTests {
    @Test("begins anywhere, or at each midnight of a zone")
    func accepted() throws {
        #expect(try schedule("interval: 90s") == .interval(.seconds(90), text: "90s"))
        #expect(try schedule("interval: 90s\nalign: false") == .interval(.seconds(90), text: "90s"))
        for (meta, zone) in [
            ("", ZoneName(name: "Test/Local", file: "/zones/local")),
            ("\ntimezone: Europe/Riga", ZoneName(name: "Europe/Riga", file: "/zones/riga")),
        ] {
            var expected = Schedule(.aligned(AlignedInterval(.seconds(86_400), in: .utc)), text: "1d")
            expected.zone = zone
            #expect(try schedule("interval: 1d\nalign: true" + meta) == expected)
        }
    }

    @Test(
        "has no other keys beside it than its own, and these in their form",
        arguments: [
            (
                "interval: 1d1ms\nalign: true",
                ["9:12: meta.align: an interval above a day has no place in one; expected at most 1d"]
            ),
            ("interval: 1s\nalign: yes", ["9:12: meta.align: expected true or false, found the string 'yes'"]),
            ("interval: 1s\nalign: 1", ["9:12: meta.align: expected true or false, found the number 1"]),
            ("interval: 1s\nalign:", ["9:11: meta.align: expected true or false, found nothing"]),
            (
                "interval: 1s\ntimezone: Europe/Riga",
                [
                    "9:5: meta.timezone: has no meaning for an interval that is not aligned; expected meta.align: true "
                        + "with it"
                ]
            ),
            (
                "interval: 1s\nseconds: first",
                ["9:5: meta.seconds: goes with meta.schedule; expected none with meta.interval"]
            ),
            (
                "interval: 1s\nalign: true\ntimezone: Europe/Rigga",
                [
                    "10:15: meta.timezone: 'Europe/Rigga' is no time zone of this machine; did you mean 'Europe/Riga'?"
                ]
            ),
            (
                "interval: 5\nalign: true",
                ["8:15: meta.interval \"5\" has no unit after 5; expected one of d, h, m, s, ms, us, ns, as in 5s"]
            ),
            (
                "interval: 1s\nschedule: '* * * * *'",
                ["9:5: meta.schedule: given with meta.interval; expected one of them"]
            ),
        ])
    func refused(meta: String, expected: [String]) throws {
        #expect(try complaints(meta) == expected)
    }
}

@Suite("A job's schedule")
struct ScheduleKeyTests {
    @Test(
        "is a cron expression in the machine's zone or in another",
        arguments: ["*/5 * * * *", "0 9 * * mon-fri", "H H(1-5) L * *", "@daily", "@Hourly", " 1  2 3\t4 5 "])
    func expressions(text: String) throws {
        #expect(try schedule("schedule: \"\(text)\"") == calendar(text))
        #expect(try schedule("timezone: Europe/Riga\nschedule: \"\(text)\"") == calendar(text, zone: "Europe/Riga"))
    }

    @Test("may have a first field of seconds")
    func seconds() throws {
        let text = "*/10 0 9 * * *"
        #expect(try schedule("schedule: '\(text)'\nseconds: first") == calendar(text, hasSeconds: true))
    }

    @Test("may be an interval in other words")
    func every() throws {
        #expect(try schedule("schedule: '@every 1m30s'") == .interval(.seconds(90), text: "1m30s"))
        #expect(try schedule("schedule: '@EVERY   10ms'") == .interval(.milliseconds(10), text: "10ms"))
    }

    @Test("may be the start alone")
    func reboot() throws {
        var expected = Schedule(.none, text: "@reboot")
        expected.runsAtBoot = true
        for text in ["'@reboot'", "\"@Reboot\"", "'@reboot'\nat_start: false"] {
            #expect(try schedule("schedule: \(text)") == expected)
        }
        expected.runsAtStart = true
        #expect(try schedule("schedule: '@reboot'\nat_start: true") == expected)
    }

    @Test(
        "is nothing else",
        arguments: [
            ("schedule: 5", ["8:15: meta.schedule: expected a string such as '*/5 * * * *', found the number 5"]),
            ("schedule: [x]", ["8:15: meta.schedule: expected a string such as '*/5 * * * *', found a list"]),
            ("schedule:", ["8:14: meta.schedule: expected a string such as '*/5 * * * *', found nothing"]),
            (
                "schedule: ''",
                [
                    "8:15: meta.schedule: has 0 fields; expected 5: minute, hour, day of month, month, day of week"
                ]
            ),
            (
                "schedule: '@every 5ms'",
                ["8:15: meta.schedule: the duration in '@every 5ms' is too short; expected at least 10ms"]
            ),
            (
                "schedule: '@every soon'",
                [
                    "8:15: meta.schedule: the duration in '@every soon' has no number before 'soon'; expected a duration "
                        + "such as 10s"
                ]
            ),
            (
                "schedule: '@every 5 minutes'",
                [
                    "8:15: meta.schedule: '@every 5 minutes' has more than one word after @every; expected one duration, such "
                        + "as @every 5m"
                ]
            ),
            (
                "schedule: '@every 1s'\ntimezone: Europe/Riga",
                ["9:5: meta.timezone: has no meaning for an interval that is not aligned"]
            ),
            ("schedule: '@reboot'\ntimezone: UTC", ["9:5: meta.timezone: has no meaning for @reboot"]),
            (
                "schedule: '@daily'\nalign: true",
                ["9:5: meta.align: goes with meta.interval; expected none with meta.schedule"]
            ),
            (
                "schedule: '* * * * * *'\nseconds: last",
                [
                    "9:14: meta.seconds: expected 'first', found the string 'last'",
                    "8:16: meta.schedule: has six fields, which engines read in different ways; expected five, or "
                        + "meta.seconds: first for a first field of seconds",
                ]
            ),
            (
                "schedule: '* * * * *'\nseconds: 1",
                ["9:14: meta.seconds: expected 'first', found the number 1"]
            ),
            (
                "schedule: '* * * * *'\nseconds: first",
                [
                    "8:24: meta.schedule: has 5 fields; expected 6: second, minute, hour, day of month, month, "
                        + "day of week"
                ]
            ),
            (
                "schedule: '* * * * *'\ntimezone: 2",
                ["9:15: meta.timezone: expected a name such as Europe/Riga, found the number 2"]
            ),
            (
                "schedule: '* * * * *'\ntimezone: Broken/Zone",
                ["9:15: meta.timezone: 'Broken/Zone' is damaged: it has no type of local time"]
            ),
            (
                "schedule: '* * * * *'\ntimezone: \"A\\e[31m\"",
                [
                    "9:15: meta.timezone: 'A\\u{1B}[31m' is no time zone of this machine; did you mean 'Europe/Riga'?"
                ]
            ),
            (
                "schedule: '61 * * * *'\ntimezone: Mars",
                [
                    "9:15: meta.timezone: 'Mars' is no time zone of this machine; did you mean 'Europe/Riga'?",
                    "8:16: meta.schedule: '61' in the minute is out of range; expected 0 to 59",
                ]
            ),
        ])
    func refused(meta: String, expected: [String]) throws {
        #expect(try complaints(meta).sorted() == expected.sorted())
    }

    @Test("needs to know where it is, if the entry does not say")
    func noLocalZone() throws {
        #expect(
            try complaints("schedule: '@daily'", noZone) == [
                "8:15: the zone of this machine is not known"
            ])
        #expect(
            try complaints("interval: 1h\nalign: true", noZone) == ["8:15: the zone of this machine is not known"])
        #expect(try complaints("schedule: '@every 1s'", noZone) == [])
        #expect(try complaints("schedule: '@reboot'", noZone) == [])
    }

    @Test("that is wrong shows nothing that a terminal would obey")
    func printable() throws {
        for meta in ["schedule: \"\\e[31m * * * *\"", "schedule: \"@\\e[31m\"", "schedule: \"@every \\e[31m\""] {
            let text = try #require(try diagnostics(meta).first).rendered
            #expect(
                text.unicodeScalars.allSatisfy { $0 == "\n" || !$0.properties.generalCategory.isControl }, "\(text)")
        }
    }
}

extension Unicode.GeneralCategory {
    fileprivate var isControl: Bool { self == .control }
}

@Suite("What may stand beside an interval or a schedule")
struct ScheduleBesideTests {
    @Test("is a run at the start")
    func atStart() throws {
        #expect(try !schedule("interval: 1s").runsAtStart)
        #expect(try schedule("interval: 1s\nat_start: true").runsAtStart)
        #expect(try !schedule("schedule: '@daily'\nat_start: false").runsAtStart)
        #expect(try schedule("schedule: '@daily'\nat_start: true").runsAtStart)
    }

    @Test("is a delay of up to so much, at random or by the entry's ID")
    func delays() throws {
        let jittered = try schedule("interval: 10s\njitter: 9999ms")
        #expect(jittered.jitter == .milliseconds(9_999))
        #expect(jittered.splay == .zero)
        #expect(jittered.longestDelay == .milliseconds(9_999))
        #expect(try schedule("schedule: '@daily'\njitter: 2d").jitter == .seconds(2 * 86_400))
        #expect(try schedule("schedule: '@daily'\njitter: 1ms").jitter == .milliseconds(1))
        let splayed = try (0..<50).map { try schedule("schedule: '@daily'\nsplay: 1h", id: "job.\($0)").splay }
        #expect(splayed.allSatisfy { $0 >= .zero && $0 < .seconds(3_600) })
        #expect(Set(splayed).count == 50)
        // The same on every machine and in every version.
        #expect(try schedule("schedule: '@daily'\nsplay: 1h") == schedule("schedule: '@daily'\nsplay: 1h"))
        #expect(
            try schedule("interval: 1h\nsplay: 30m").splay.count
                == Int64(StableHash.of("app:job.one", salt: 0xFF) % 1_800_000_000_000))
    }

    @Test("is the time of the job's life")
    func moments() throws {
        let schedule = try schedule(
            "interval: 1s\nstarts_at: 2026-03-29T01:00:00Z\nends_at: '2026-03-29T03:00:00.5+01:00'")
        #expect(schedule.startsAt == WallInstant(seconds: 1_774_746_000))
        #expect(schedule.endsAt == WallInstant(nanoseconds: 1_774_749_600_500_000_000))
        #expect(try RegistryTests.schedule("interval: 1s").startsAt == nil)
    }

    @Test("is whether the job is in service")
    func enabled() throws {
        let disabled = JobEntries.definitions(in: load(registry("interval: 1s\nenabled: false")), zones: someZones)
        #expect(disabled.jobs.isEmpty && disabled.errors.isEmpty && disabled.notes.isEmpty)
        #expect(try schedule("interval: 1s\nenabled: true") == schedule("interval: 1s"))
        // What is disabled is checked all the same.
        #expect(try complaints("interval: 1x\nenabled: false").count == 1)
    }

    @Test(
        "is nothing else",
        arguments: [
            ("at_start: 'true'", ["9:15: meta.at_start: expected true or false, found the string 'true'"]),
            ("at_start: 0", ["9:15: meta.at_start: expected true or false, found the number 0"]),
            ("enabled: no", ["9:14: meta.enabled: expected true or false, found the string 'no'"]),
            ("enabled: []", ["9:14: meta.enabled: expected true or false, found a list"]),
            (
                "jitter: 1",
                ["9:13: meta.jitter \"1\" has no unit after 1; expected one of d, h, m, s, ms, us, ns, as in 1s"]
            ),
            ("jitter: 1us", ["9:13: meta.jitter \"1us\" is too short; expected at least 1ms"]),
            ("jitter: true", ["9:13: meta.jitter: expected a duration such as \"10s\", found the boolean true"]),
            ("jitter: 10s", ["9:13: meta.jitter: is not below the interval; expected less than 10s"]),
            ("splay: 0s", ["9:12: meta.splay \"0s\" is zero; expected a duration above zero such as 10s"]),
            ("splay: 4s\njitter: 5s", []),
            (
                "splay: 5s\njitter: 5s",
                [
                    "9:12: meta.splay: is not below the interval with meta.jitter added; expected less than 10s for both"
                ]
            ),
            ("splay: 1m", ["9:12: meta.splay: is not below the interval; expected less than 10s"]),
            (
                "starts_at: tomorrow",
                [
                    "9:16: meta.starts_at: expected a moment such as 2026-03-29T01:00:00Z or "
                        + "2026-03-29T03:00:00+02:00, found 'tomorrow'"
                ]
            ),
            (
                "ends_at: 2026",
                [
                    "9:14: meta.ends_at: expected a moment such as 2026-03-29T01:00:00Z or "
                        + "2026-03-29T03:00:00+02:00, found the number 2026"
                ]
            ),
            (
                "starts_at: 2026-03-29T01:00:00Z\nends_at: 2026-03-29T03:00:00+02:00",
                ["10:14: meta.ends_at: is not after meta.starts_at"]
            ),
            ("start_at: 2026-03-29T01:00:00Z", ["9:5: meta: unknown key 'start_at'; did you mean 'starts_at'?"]),
            ("time_zone: UTC", ["9:5: meta: unknown key 'time_zone'; did you mean 'timezone'?"]),
            ("jiter: 1s", ["9:5: meta: unknown key 'jiter'; did you mean 'jitter'?"]),
        ])
    func refused(meta: String, expected: [String]) throws {
        #expect(try complaints("interval: 10s\n\(meta)") == expected)
    }

    @Test("is no delay where there are no slots")
    func noSlots() throws {
        for key in ["jitter", "splay"] {
            #expect(
                try complaints("schedule: '@reboot'\n\(key): 1s") == ["9:5: meta.\(key): @reboot has no slots to delay"]
            )
        }
        #expect(
            try complaints("schedule: '@every 5s'\nseconds: first") == [
                "9:5: meta.seconds: has no meaning for an interval"
            ])
        #expect(
            try complaints("schedule: '@reboot'\nseconds: first") == ["9:5: meta.seconds: has no meaning for @reboot"])
        #expect(
            try complaints("schedule: '@every 5s'\njitter: 5s") == [
                "9:13: meta.jitter: is not below the interval; expected less than 5s"
            ])
        #expect(
            try complaints("interval: 5s\nalign: true\njitter: 5s") == [
                "10:13: meta.jitter: is not below the interval; expected less than 5s"
            ])
    }

    @Test("has all of its errors told at once")
    func onePass() throws {
        let meta = "interval: 10s\nat_start: x\njitter: x\nsplay: x\nstarts_at: x\nends_at: x\nenabled: x\nseconds: x"
        #expect(try diagnostics(meta).map(\.location.line).sorted() == [9, 10, 11, 12, 13, 14, 15])
    }
}
