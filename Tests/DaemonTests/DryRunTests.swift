import Clocks
import Testing
import Values

@testable import Daemon

@Suite("A dry run")
struct DryRunTests {
    private static let text = registry(
        ("job.heartbeat", "heartbeat", "1s"), ("job.cleanup", "cleanup", "12h"), ("b", "report", "1.5s"))

    private static func dryRun(_ loaded: LoadedJobs) -> DryRun {
        DryRun(loaded, now: Moment(monotonic: MonotonicInstant(nanoseconds: 77), wall: someTime))
    }

    @Test("shows a line for each job, the next one on top")
    func table() {
        #expect(
            Self.dryRun(load(Self.text)).table(width: 80) == """
                NEXT                IN      ID                 SCHEDULE    FUNCTION
                Mon 11-23 02:04:07  in 1s   app:job.heartbeat  every 1s    heartbeat
                Mon 11-23 02:04:07  in 1s   app:b              every 1.5s  report
                Mon 11-23 14:04:06  in 12h  app:job.cleanup    every 12h   cleanup
                3 jobs

                """)
        let wide = Self.dryRun(load(Self.text)).table()
        #expect(
            wide.contains(
                "  app:b              every 1.5s  report     function.swift  2026-11-23T02:04:07.627Z  registry.yaml:11\n"
            ))
    }

    private static let facts = """
        namespace: app
        entries:
        - {name: late, kind: function.exec, command: [echo, "a long text, which is cut", more], user: root,
           meta: {type: cron.job, schedule: "0 0 1 1 *", jitter: 5s}}
        - {name: off, kind: function.exec, command: [echo], meta: {type: cron.job, interval: 1s, enabled: false}}
        - {name: boot, kind: function.exec, command: [echo], meta: {type: cron.job, schedule: "@reboot"}}

        """

    @Test("shows jitter, user and disabled jobs, and cuts what the screen has no room for")
    func facts() {
        #expect(
            Self.dryRun(load(Self.facts)).table(width: 80) == """
                NEXT                  IN         ID        SCHEDULE               FUNCTION  USER
                at boot                          app:boot  @reboot                echo
                Fri 2027-01-01 00:00  in 38d21h  app:late  0 0 1 1 * UTC, jitte…  echo 'a…  root
                disabled                         app:off   every 1s               echo
                2 jobs, and 1 disabled

                """)
        let narrow = Self.dryRun(load(Self.facts)).table(width: 60)
        #expect(narrow.split(separator: "\n").count == 5, "\(narrow)")
    }

    @Test("shows all of one job")
    func details() {
        let run = Self.dryRun(load(Self.facts))
        #expect(
            run.details(of: "app:late") == """
                app:late
                  kind         function.exec
                  function     echo 'a long text, which is cut' more
                  schedule     0 0 1 1 * UTC, jitter 5s
                  user         root
                  declared at  registry.yaml:3
                  next
                    Fri  2027-01-01T00:00:00+00:00  2027-01-01T00:00:00Z  in 38d21h
                    Sat  2028-01-01T00:00:00+00:00  2028-01-01T00:00:00Z  in 403d21h
                    Mon  2029-01-01T00:00:00+00:00  2029-01-01T00:00:00Z  in 769d21h

                """, "\(run.details(of: "app:late") ?? "")")
        #expect(run.details(of: "app:boot")?.hasSuffix("  next         at boot\n") == true)
        #expect(run.details(of: "app:off") != nil && run.details(of: "app:of") == nil)
    }

    @Test("counts one job, and none")
    func counts() {
        let one = load(registry(("job.a", "x", "1s")))
        #expect(Self.dryRun(one).table().hasSuffix("\n1 job\n"))
        let none = load("namespace: app\nentries: [{name: a, kind: b}]\n")
        #expect(Self.dryRun(none).table(width: 80) == "NEXT  IN  ID  SCHEDULE  FUNCTION  USER\n0 jobs\n")
    }

    @Test("shows the same in JSON, with the notes")
    func json() throws {
        let text = Self.dryRun(
            load(registry(("job.a", "x", "1s")) + "- {name: c, kind: d, meta: {type: cron.jobs}}\n")
        ).json
        #expect(
            text
                == #"{"jobs":[{"id":"app:job.a","kind":"function.swift","interval":"1s","schedule":null,"timezone":null,"jitter":null,"#
                + #""splay":null,"function":"x","user":null,"next":"#
                + #"["2026-11-23T02:04:07.127Z","2026-11-23T02:04:08.127Z","2026-11-23T02:04:09.127Z"],"#
                + #""file":"registry.yaml","line":3,"column":3}],"disabled":0,"disabled_jobs":[],"notes":[{"file":"registry.yaml","line":7,"#
                + #""column":35,"message":"meta.type: 'cron.jobs' makes no job; did you mean 'cron.job'?","note":"not-a-job"}],"#
                + #""errors":[]}"#
                + "\n")
        _ = try StrictJSON(String(text.dropLast()))
    }

    @Test("has jitter, user and the disabled jobs in its JSON")
    func moreJSON() throws {
        let report = try JSONCoding.value(from: Array(Self.dryRun(load(Self.facts)).json.utf8))
        let jobs = report["jobs"]?.list ?? []
        let late = try #require(jobs.first { $0["id"]?.string == "app:late" })
        #expect(late["jitter"]?.string == "5s" && late["splay"] == .some(.null) && late["user"]?.string == "root")
        let boot = try #require(jobs.first { $0["id"]?.string == "app:boot" })
        #expect(boot["user"] == .some(.null) && boot["jitter"] == .some(.null))
        let disabled = report["disabled_jobs"]?.list ?? []
        #expect(report["disabled"]?.int == 1 && disabled.map { $0["id"]?.string } == ["app:off"])
        #expect(disabled[0]["interval"]?.string == "1s" && disabled[0]["next"]?.list == [])
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
        let run = Self.dryRun(load(registry(("job.a", "x", "36500d"))))
        #expect(run.json.contains(#""next":["2126-10-30T02:04:06.127Z","2226-10-06T02:04:06.127Z"]"#), "\(run.json)")
        #expect(run.table(width: 80).contains("Wed 2126-10-30 02:04  in 36500d  "), "\(run.table())")
    }
}
