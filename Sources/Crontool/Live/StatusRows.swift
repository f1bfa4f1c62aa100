package import Clocks
import Host
import Model
package import Schedules
import Values
package import Wire

/// How the jobs of a daemon stand, for people and for programs.
package struct StatusRows {
    private let now: WallInstant
    private let zone: ZoneRules
    /// Failing ones first, then those that run, those that are paused, then by what comes next.
    private var jobs: [JobStatus]
    private let disabled: Int64

    /// `zone`: of those who read; `nil`: that of this machine.
    package init(_ jobs: [JobStatus], disabled: Int64, now: WallInstant, zone: ZoneRules? = nil) {
        (self.now, self.disabled) = (now, disabled)
        self.zone = zone ?? ZoneDirectory().local
        self.jobs = jobs.sorted { $0.rank < $1.rank }
    }

    /// Of several conditions one is enough.
    package mutating func keep(failing: Bool, running: Bool, paused: Bool = false) {
        guard failing || running || paused else { return }
        jobs.removeAll {
            !(failing && $0.isFailing) && !(running && $0.run != nil) && !(paused && $0.pause != nil)
        }
    }

    package var isEmpty: Bool { jobs.isEmpty }

    // MARK: Tables

    /// `width`: of the screen; `nil`: any.
    package func table(width: Int?, hasTitles: Bool = true, hasColors: Bool = false) -> String {
        let titles = ["JOB", "STATE", "NEXT", "LAST", "OUTCOME", "DURATION", "LATE", "RUNS", "NOTE"]
            .map { hasTitles ? $0 : "" }
        let columns =
            [TextTable.Column.cut(titles[0], order: 1, least: 12)] + titles[1...7].map { .whole($0) }
            + [.cut(titles[8], order: 0, least: 10)]
        let lines = TextTable(columns, jobs.map(row)).text(width: width).split(separator: "\n")
        let head = hasTitles && !jobs.isEmpty ? 1 : 0
        let colored = lines.enumerated().map { index, line in
            index < head ? "\(line)\n" : painted(line, jobs[index - head], hasColors)
        }
        return colored.joined()
    }

    private func painted(_ line: Substring, _ job: JobStatus, _ hasColors: Bool) -> String {
        guard hasColors else { return "\(line)\n" }
        if job.isFailing { return "\u{1B}[31m\(line)\u{1B}[0m\n" }
        return job.run == nil ? "\(line)\n" : "\u{1B}[32m\(line)\u{1B}[0m\n"
    }

    private func row(_ job: JobStatus) -> [String] {
        let last = job.last
        return [
            job.entry.description, job.shownState, distance(to: job.next), distance(to: last?.began),
            last?.outcome.rawValue ?? "-", last.map { StatusText.duration($0.duration) } ?? "-",
            last.map { StatusText.duration($0.lateness) } ?? "-", "\(job.runs)",
            StatusText.note(job, at: now, in: zone),
        ]
    }

    /// As `systemctl list-timers` has it: by what comes next.
    package func timers(width: Int?, hasTitles: Bool = true) -> String {
        let titles = ["NEXT", "LEFT", "LAST", "PASSED", "OUTCOME", "JOB"].map { hasTitles ? $0 : "" }
        let sorted = jobs.sorted { ($0.next ?? .max, $0.entry) < ($1.next ?? .max, $1.entry) }
        return TextTable(
            titles[..<5].map { .whole($0) } + [.cut(titles[5], order: 0, least: 12)],
            sorted.map { job in
                [
                    local(job.next), distance(to: job.next), local(job.last?.began), distance(to: job.last?.began),
                    job.last?.outcome.rawValue ?? "-", job.entry.description,
                ]
            }
        ).text(width: width)
    }

    private func distance(to moment: Int64?) -> String {
        moment.map { SlotText.distance(from: now, to: WallInstant(microseconds: $0)) } ?? "-"
    }

    /// `Mon 2026-03-29T03:00:00+02:00`.
    private func local(_ moment: Int64?) -> String {
        guard let moment = moment.map({ WallInstant(microseconds: $0) }) else { return "-" }
        let seconds = WallInstant(seconds: moment.wholeSeconds)
        let text = CivilText.text(seconds, offset: zone.offset(at: seconds.wholeSeconds))
        return "\(SlotText.weekday(seconds, in: zone)) \(text)"
    }

    /// `4 jobs: 1 failing, 1 running; 2 disabled`.
    package var summary: String {
        let parts = [
            (jobs.count(where: \.isFailing), "failing"), (jobs.count { $0.run != nil }, "running"),
            (jobs.count(where: \.isLate), "late"), (jobs.count { $0.pause != nil }, "paused"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        return "\(jobs.count) \(jobs.count == 1 ? "job" : "jobs")"
            + (parts.isEmpty ? "" : ": " + parts.joined(separator: ", "))
            + (disabled > 0 ? "; \(disabled) disabled" : "")
            + "\n"
    }

    // MARK: One job

    package var pages: String { jobs.map(page).joined(separator: "\n") }

    private func page(_ job: JobStatus) -> String {
        var facts: [(String, String)] = [
            ("state", job.shownState), ("schedule", job.interval.map { "every \($0)" } ?? job.schedule ?? ""),
            ("timezone", job.timezone ?? ""), ("next", moment(job.next)), ("pid", job.pid.map { "\($0)" } ?? ""),
        ]
        if let run = job.run {
            facts.append(
                ("running", "run \(run.number)\(run.isManual ? ", asked for" : ""), since \(moment(run.began))"))
        }
        if let last = job.last {
            facts.append(("last run", "\(last.number), \(last.outcome.rawValue), \(moment(last.began))"))
            facts.append(("took", StatusText.duration(last.duration)))
            facts.append(("began late by", StatusText.duration(last.lateness)))
            facts.append((last.outcome.textKey.description, last.text.map { PrintableText.escape($0) } ?? ""))
        }
        if let pause = job.pause {
            facts.append(("paused", StatusText.pause(pause, in: zone)))
            facts.append(("paused since", moment(pause.since)))
        }
        facts.append(("next attempt", moment(job.retry)))
        facts.append(("failures in a row", job.failures > 0 ? "\(job.failures)" : ""))
        facts.append(("late", job.isLate ? "yes" : ""))
        facts.append(("runs", "\(job.runs)"))
        facts += Outcome.allCases.compactMap { outcome in job.counts[outcome].map { (outcome.rawValue, "\($0)") } }
        let rows = facts.filter { !$0.1.isEmpty }.map { [$0.0, $0.1] }
        return "\(job.entry)\n" + TextTable.text(rows).split(separator: "\n").map { "  \($0)\n" }.joined()
    }

    private func moment(_ moment: Int64?) -> String {
        moment == nil ? "" : "\(local(moment)) (\(distance(to: moment)))"
    }

    // MARK: JSON

    /// An object a line.
    package var json: String { jobs.map { JSONCoding.output(StatusJSON.value(of: $0)) + "\n" }.joined() }
}

extension JobStatus {
    var isFailing: Bool { failures > 0 || state == .failed }

    fileprivate var shownState: String { state == .idle && isFailing ? "failing" : state.rawValue }

    /// Those with the lowest come first.
    fileprivate var rank: (Int, Int64, EntryID) {
        (isFailing ? 0 : run != nil ? 1 : pause != nil ? 2 : 3, next ?? .max, entry)
    }
}
