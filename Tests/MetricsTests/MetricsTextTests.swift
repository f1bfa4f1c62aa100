import Clocks
import Kernel
import Model
import Testing
import Values
import Wire

@testable import Metrics

@Suite("Metrics, as those who scrape them read them")
struct MetricsTextTests {
    private func job(_ name: String, _ change: (inout JobMetrics) -> Void = { _ in }) throws -> JobMetrics {
        var job = JobMetrics()
        (job.entry, job.kind) = (try #require(EntryID(name)), "function.exec")
        job.schedule = "*/15 * * * *"
        change(&job)
        return job
    }

    private func snapshot(_ jobs: [JobMetrics]) -> MetricsSnapshot {
        var snapshot = MetricsSnapshot(.init(program: "0.5.0", pid: 1, registry: "/etc/cronsupd"))
        var daemon = DaemonMetrics()
        (daemon.began, daemon.isReady) = (1_796_000_000_500_000, true)
        snapshot.take(.daemon(daemon))
        snapshot.take(.histogram(.init(.duration, bounds: [1_000, 1_000_000], counts: [2, 1, 1], sum: 5_250_000)))
        for job in jobs { snapshot.take(.measured(job)) }
        return snapshot
    }

    private func lines(_ snapshot: MetricsSnapshot, _ format: MetricsFormat = .text, mostJobs: Int = 10) -> [String] {
        let text = String(decoding: MetricsText.of(snapshot, format, mostJobs: mostJobs), as: UTF8.self)
        return text.split(separator: "\n").map(String.init)
    }

    @Test("have a line that says what it is for each name, and their samples after it")
    func text() throws {
        let lines = lines(
            snapshot([
                try job("app:a") {
                    ($0.runs, $0.slots, $0.next) = (5, [.ok: 3, .missed: 1], 1_796_000_001_000_000)
                    var counted = JobMetrics.Counted()
                    (counted.ended, counted.duration, counted.lastOk) = (4, .milliseconds(1_250), 1_796_000_000_000_001)
                    counted.restarts.hung = 2
                    $0.counted = counted
                }
            ]))
        let expected = [
            "# TYPE cronsupd_up gauge", "cronsupd_up 1", "# TYPE cronsupd_info gauge",
            "cronsupd_info{version=\"0.5.0\"} 1", "cronsupd_start_time_seconds 1796000000.5", "cronsupd_ready 1",
            "# TYPE cronsupd_slots_total counter", "cronsupd_slots_total{entry=\"app:a\",outcome=\"ok\"} 3",
            "cronsupd_slots_total{entry=\"app:a\",outcome=\"failed\"} 0",
            "cronsupd_slots_total{entry=\"app:a\",outcome=\"missed\"} 1", "cronsupd_runs_total{entry=\"app:a\"} 5",
            "# TYPE cronsupd_job_duration_seconds summary", "cronsupd_job_duration_seconds_sum{entry=\"app:a\"} 1.25",
            "cronsupd_job_duration_seconds_count{entry=\"app:a\"} 4",
            "cronsupd_job_last_success_timestamp_seconds{entry=\"app:a\"} 1796000000.000001",
            "cronsupd_job_next_slot_timestamp_seconds{entry=\"app:a\"} 1796000001",
            "cronsupd_job_info{entry=\"app:a\",schedule=\"*/15 * * * *\",kind=\"function.exec\",group=\"\"} 1",
            "cronsupd_worker_restarts_total{entry=\"app:a\",reason=\"hung\"} 2",
        ]
        for line in expected { #expect(lines.contains(line), "\(line)") }
        #expect(!lines.contains { $0.hasPrefix("cronsupd_ledger") || $0.contains("reason=\"exited\"") })
    }

    @Test("sum the buckets of a histogram up")
    func histogram() throws {
        let lines = lines(snapshot([])).filter { $0.hasPrefix("cronsupd_run_duration") }
        #expect(
            lines == [
                "cronsupd_run_duration_seconds_bucket{le=\"0.001\"} 2",
                "cronsupd_run_duration_seconds_bucket{le=\"1.0\"} 3",
                "cronsupd_run_duration_seconds_bucket{le=\"+Inf\"} 4", "cronsupd_run_duration_seconds_sum 5.25",
                "cronsupd_run_duration_seconds_count 4",
            ])
    }

    @Test("name counters without their ending in OpenMetrics, and end with a mark")
    func openMetrics() throws {
        let lines = lines(snapshot([try job("app:a")]), .openmetrics)
        #expect(lines.contains("# TYPE cronsupd_slots counter") && lines.contains("# TYPE cronsupd_job info"))
        #expect(lines.contains("cronsupd_slots_total{entry=\"app:a\",outcome=\"ok\"} 0"))
        #expect(lines.last == "# EOF" && lines.count { $0 == "# EOF" } == 1)
    }

    @Test("escape what users write in labels")
    func hostile() throws {
        let schedule = "\\ \"} 1\ncronsupd_up 0 # \u{0} é🎉"
        let lines = lines(
            snapshot([
                try job("app:a") { ($0.schedule, $0.group) = (schedule, "\"") }
            ]))
        let line = try #require(lines.first { $0.hasPrefix("cronsupd_job_info{") })
        #expect(
            line == "cronsupd_job_info{entry=\"app:a\",schedule=\"\\\\ \\\"} 1\\ncronsupd_up 0 # \u{0} é🎉\","
                + "kind=\"function.exec\",group=\"\\\"\"} 1")
        #expect(lines.count { $0.hasPrefix("cronsupd_up") } == 1)
    }

    @Test("have series of each job up to a bound, and beyond it of those that somebody has to look at")
    func cardinality() throws {
        let jobs = try (0..<5).map { number in try job("app:\(number)") { $0.isFailing = number == 3 } }
        let all = lines(snapshot(jobs), mostJobs: 5)
        #expect(all.contains("cronsupd_jobs_without_series 0"))
        #expect(all.count { $0.hasPrefix("cronsupd_job_failing{") } == 5)
        let few = lines(snapshot(jobs), mostJobs: 4)
        #expect(few.contains("cronsupd_jobs_without_series 4") && few.contains("cronsupd_jobs{state=\"idle\"} 5"))
        #expect(few.filter { $0.hasPrefix("cronsupd_job_failing{") } == ["cronsupd_job_failing{entry=\"app:3\"} 1"])
        #expect(!few.contains { $0.contains("app:1") })
    }

    @Test("say without a daemon that it is not there, and nothing else")
    func down() {
        #expect(lines(MetricsSnapshot()).filter { !$0.hasPrefix("#") } == ["cronsupd_up 0"])
        #expect(lines(MetricsSnapshot(), .openmetrics).suffix(2) == ["cronsupd_up 0", "# EOF"])
    }

    @Test("have labels that tell the daemons of a machine apart")
    func labels() throws {
        let label = try MetricsLabel("site=a\"b")
        let text = String(decoding: MetricsText.of(MetricsSnapshot(), labels: [label]), as: UTF8.self)
        #expect(text.hasSuffix("cronsupd_up{site=\"a\\\"b\"} 0\n"))
        for wrong in ["", "site", "1a=b", "a-b=c", "=c", "entry=x", "le=1", "__name__=x", "é=x"] {
            #expect(throws: MetricsLabel.Fault.self, "\(wrong)") { try MetricsLabel(wrong) }
        }
    }

    @Test(
        "are in the format that a request accepts",
        arguments: [
            ("", MetricsFormat.text), ("text/plain", .text), ("*/*", .text),
            ("application/openmetrics-text", .openmetrics),
            (
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.3",
                .openmetrics
            ),
            ("application/openmetrics-text; version=0.0.1, text/plain", .text),
            ("application/openmetrics-text;q=0", .text),
            ("Application/OpenMetrics-Text ; Version=\"1.0.0\"", .openmetrics),
        ])
    func accept(header: String, format: MetricsFormat) { #expect(MetricsFormat(accept: header) == format) }

    @Test("write seconds down as they are")
    func seconds() {
        for (microseconds, text) in [
            (Int64(0), "0"), (1, "0.000001"), (-1_500_000, "-1.5"), (60_000_000, "60"), (1_000_100, "1.0001"),
            (.min, "-9223372036854.775808"),
        ] {
            #expect(SecondsText.of(microseconds: microseconds) == text)
        }
    }

    @Test("have the names, types and labels that docs/METRICS.md says, and no others")
    func page() throws {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let page = try #require(try FileSystem.contents(of: "/\(root)/docs/METRICS.md", limit: 1 << 20)?.bytes)
        var documented: [String: [String]] = [:]
        for line in String(decoding: page, as: UTF8.self).split(separator: "\n") where line.hasPrefix("| `cronsupd_") {
            let cells = line.split(separator: "|").map { $0.filter { $0 != " " && $0 != "`" } }
            documented[cells[0]] = [cells[1]] + cells[2].split(separator: ",").map(String.init)
        }
        #expect(try shown() == documented)
    }

    /// Of everything that there can be: the type of each name, and the labels of its samples.
    private func shown() throws -> [String: [String]] {
        var snapshot = MetricsSnapshot(.init(program: "0.5.0", pid: 1, registry: "r"))
        var daemon = DaemonMetrics()
        (daemon.ledger, daemon.memory, daemon.openFiles) = (.init(), 1, 1)
        snapshot.take(.daemon(daemon))
        for kind in SpanHistogram.Kind.allCases {
            snapshot.take(.histogram(.init(kind, bounds: [1], counts: [0, 0], sum: 0)))
        }
        var counted = JobMetrics.Counted()
        (counted.lastOk, counted.restarts.exited) = (1, 1)
        let all = try job("app:a") { ($0.counted, $0.last, $0.next, $0.due, $0.group) = (counted, .init(), 1, 1, "g") }
        snapshot.take(.measured(all))
        var (shown, family) = ([String: [String]](), "")
        for line in lines(snapshot) {
            let words = line.split(separator: " ").map(String.init)
            if words[1] == "TYPE" {
                family = words[2]
                shown[family] = [family.hasSuffix("_info") ? "info" : words[3]]
            } else if words[0] != "#" {
                let labels = line.split(separator: "{").dropFirst().first?.split(separator: "}").first ?? ""
                let names = labels.split(separator: ",").compactMap { $0.split(separator: "=").first.map(String.init) }
                for name in names where name != "le" && shown[family]?.contains(name) == false {
                    shown[family]?.append(name)
                }
            }
        }
        return shown
    }
}
