import Clocks
import Schedules
import Testing
import Values
import Wire

@testable import Crontool

@Suite("The table of jobs")
struct StatusRowsTests {
    private static let now = WallInstant(nanoseconds: 1_774_882_800_000_000_000)

    private static func job(_ name: String, _ change: (inout JobStatus) -> Void = { _ in }) -> JobStatus {
        var job = JobStatus()
        job.entry = EntryID("app:\(name)")!
        job.next = 1_774_882_860_000_000
        var last = JobStatus.Last()
        (last.began, last.duration, last.number) = (1_774_882_700_000_000, .seconds(2), 7)
        job.last = last
        job.runs = 7
        change(&job)
        return job
    }

    private static let jobs = [
        job("backup"),
        job("a-job-with-quite-a-long-name") {
            $0.failures = 3
            $0.last?.text = "exit 3: there is no room on the disk"
            $0.last?.duration = .seconds(1)
        },
        job("mirror") {
            $0.next = 1_774_882_801_000_000
            $0.last?.duration = .seconds(9)
            $0.runs = 900
        },
    ]

    private func rows(_ order: StatusRows.Order = .state) -> StatusRows {
        var rows = StatusRows(Self.jobs, disabled: 0, now: Self.now, zone: .utc)
        rows.sort(by: order)
        return rows
    }

    private func names(_ order: StatusRows.Order) throws -> [Substring] {
        try rows(order).table(TableLayout(hasTitles: false, columns: ["job"])).split(separator: "\n")
            .map { $0.dropFirst(4) }
    }

    @Test("is in the order that is asked for")
    func order() throws {
        let (backup, long, mirror): (Substring, Substring, Substring) = (
            "backup", "a-job-with-quite-a-long-name", "mirror"
        )
        #expect(try names(.state) == [long, mirror, backup])
        #expect(try names(.name) == [long, backup, mirror])
        #expect(try names(.next) == [mirror, long, backup])
        #expect(try names(.duration) == [mirror, backup, long])
        #expect(try names(.runs) == [mirror, long, backup])
        #expect(try names(.last) == [long, backup, mirror])
    }

    @Test("has the columns that are asked for, whole, in their order; others are errors that name all")
    func columns() throws {
        let table = try rows(.name).table(TableLayout(width: 30, columns: ["runs", "LATE", "job"]))
        #expect(
            table == """
                RUNS  LATE  JOB
                7     0µs   app:a-job-with-qu…
                7     0µs   app:backup
                900   0µs   app:mirror

                """, "\(table)")
        #expect(throws: InputFailure.self) { try rows().table(TableLayout(columns: ["runs", "size"])) }
        #expect(try rows(.name).timers(TableLayout(columns: ["left", "pid"])).hasPrefix("LEFT   PID\nin 1m  -\n"))
    }

    @Test("leaves out LATE and DURATION before it cuts a name, and cuts the note before")
    func narrow() throws {
        func titles(_ width: Int?) throws -> [Substring] {
            try rows().table(TableLayout(width: width)).split(separator: "\n")[0].split(separator: " ")
        }
        let all: [Substring] = ["JOB", "STATE", "NEXT", "LAST", "OUTCOME", "DURATION", "LATE", "RUNS", "NOTE"]
        #expect(try titles(nil) == all && titles(200) == all)
        let wide = try rows().table(TableLayout(width: 110))
        #expect(wide.contains("app:a-job-with-quite-a-long-name ") && wide.contains("…"), "\(wide)")
        #expect(try titles(110) == all)
        #expect(try titles(96) == all.filter { $0 != "LATE" })
        let narrow = try rows().table(TableLayout(width: 88))
        #expect(try titles(88) == all.filter { $0 != "LATE" && $0 != "DURATION" }, "\(narrow)")
        #expect(narrow.contains("app:a-job-with-quite-a-long-name "))
        let narrowest = try rows().table(TableLayout(width: 60))
        #expect(narrowest.contains("app:a-job") && !narrowest.contains("quite-a-long-name"), "\(narrowest)")
        #expect(try rows().table(TableLayout(hasColors: true)).contains("\u{1B}[31mapp:a-job"))
        #expect(!(try rows().table(TableLayout()).contains("\u{1B}")))
    }

    @Test("of timers leaves out PASSED and OUTCOME first, and shows the zone that is asked for")
    func timers() throws {
        let table = try rows(.next).timers(TableLayout())
        #expect(table.contains("Mon 2026-03-30T15:00:01+00:00  in 1s "), "\(table)")
        let narrow = try rows().timers(TableLayout(width: 100)).split(separator: "\n")[0].split(separator: " ")
        #expect(narrow == ["NEXT", "LEFT", "LAST", "JOB"] || narrow == ["NEXT", "LEFT", "LAST", "OUTCOME", "JOB"])
    }
}
