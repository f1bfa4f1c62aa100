import Clocks
import Testing

@testable import Daemon

@Suite("A dry run")
struct DryRunTests {
    private static let text = registry(
        ("job.heartbeat", "heartbeat", "1s"), ("job.cleanup", "cleanup", "12h"), ("b", "report", "1.5s"))

    private static func dryRun(_ loaded: LoadedJobs) -> DryRun {
        DryRun(loaded, now: Moment(monotonic: MonotonicInstant(nanoseconds: 77), wall: someTime))
    }

    @Test("shows every job in a table")
    func table() {
        // Below the ID, the kind and the schedule.
        let empty = String(repeating: " ", count: 47)
        #expect(
            Self.dryRun(load(Self.text)).table == """
                ID                 KIND            SCHEDULE    \
                NEXT SLOTS, LOCAL              UTC                       FUNCTION   DECLARED AT
                app:job.heartbeat  function.swift  every 1s    \
                2026-11-23T02:04:07.127+00:00  2026-11-23T02:04:07.127Z  heartbeat  registry.yaml:3
                \(empty)2026-11-23T02:04:08.127+00:00  2026-11-23T02:04:08.127Z
                \(empty)2026-11-23T02:04:09.127+00:00  2026-11-23T02:04:09.127Z
                app:job.cleanup    function.swift  every 12h   \
                2026-11-23T14:04:06.127+00:00  2026-11-23T14:04:06.127Z  cleanup    registry.yaml:7
                \(empty)2026-11-24T02:04:06.127+00:00  2026-11-24T02:04:06.127Z
                \(empty)2026-11-24T14:04:06.127+00:00  2026-11-24T14:04:06.127Z
                app:b              function.swift  every 1.5s  \
                2026-11-23T02:04:07.627+00:00  2026-11-23T02:04:07.627Z  report     registry.yaml:11
                \(empty)2026-11-23T02:04:09.127+00:00  2026-11-23T02:04:09.127Z
                \(empty)2026-11-23T02:04:10.627+00:00  2026-11-23T02:04:10.627Z
                3 jobs

                """)
    }

    @Test("counts one job, and none")
    func counts() {
        let one = load(registry(("job.a", "x", "1s")))
        #expect(Self.dryRun(one).table.hasSuffix("\n1 job\n"))
        let none = load("namespace: app\nentries: [{name: a, kind: b}]\n")
        #expect(
            Self.dryRun(none).table
                == "ID  KIND  SCHEDULE  NEXT SLOTS, LOCAL  UTC  FUNCTION  DECLARED AT\n0 jobs\n")
    }

    @Test("shows the same in JSON, with the notes")
    func json() throws {
        let text = Self.dryRun(
            load(registry(("job.a", "x", "1s")) + "- {name: c, kind: d, meta: {type: cron.jobs}}\n")
        ).json
        #expect(
            text
                == #"{"jobs":[{"id":"app:job.a","kind":"function.swift","interval":"1s","schedule":null,"timezone":null,"function":"x","next":"#
                + #"["2026-11-23T02:04:07.127Z","2026-11-23T02:04:08.127Z","2026-11-23T02:04:09.127Z"],"#
                + #""file":"registry.yaml","line":3,"column":3}],"disabled":0,"notes":[{"file":"registry.yaml","line":7,"#
                + #""column":35,"message":"meta.type: 'cron.jobs' makes no job; did you mean 'cron.job'?","note":"not-a-job"}],"#
                + #""errors":[]}"#
                + "\n")
        _ = try StrictJSON(String(text.dropLast()))
    }

    @Test("has the errors in its JSON")
    func errors() throws {
        let text = Self.dryRun(load(registry(("job.a", "x", "1s")), functions: ["y"])).json
        let read = try StrictJSON(String(text.dropLast()))
        guard case .list(let errors)? = read["errors"] else {
            Issue.record("no list of errors in \(text)")
            return
        }
        #expect(
            errors.first?["message"] == .string("the worker has no function 'x'; expected one of y; did you mean 'y'?"))
        #expect(errors.first?["line"] == .number("5"))
    }

    @Test("shows no slot past the end of the calendar that a clock can count")
    func distantSlots() {
        let table = Self.dryRun(load(registry(("job.a", "x", "36500d")))).table
        let slots = table.split { $0 == " " || $0 == "\n" }.filter { $0.hasSuffix("+00:00") }
        #expect(slots == ["2126-10-30T02:04:06.127+00:00", "2226-10-06T02:04:06.127+00:00"], "\(table)")
        #expect(table.contains("  2126-10-30T02:04:06.127Z  x "), "\(table)")
        #expect(table.contains("  2226-10-06T02:04:06.127Z\n1 job\n"), "\(table)")
    }
}
