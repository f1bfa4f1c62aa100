package import Clocks
import Host
import Model
package import Schedules
package import Values
package import Wire

/// How the jobs of a daemon stand, for people and for programs.
package struct StatusRows: Sendable {
    private let now: WallInstant
    private let zone: ZoneRules
    /// Failing ones first, then those that run, those that are paused, then by what comes next.
    private var jobs: [JobStatus]
    private let disabled: Int64

    /// In UTC, or in the zone of this process.
    package init(_ jobs: [JobStatus], disabled: Int64, now: WallInstant, inUTC: Bool) {
        self.init(jobs, disabled: disabled, now: now, zone: inUTC ? .utc : nil)
    }

    /// `zone`: of those who read; `nil`: that of this machine.
    package init(_ jobs: [JobStatus], disabled: Int64, now: WallInstant, zone: ZoneRules? = nil) {
        (self.now, self.disabled) = (now, disabled)
        self.zone = zone ?? ZoneDirectory().local
        self.jobs = jobs
        sort(by: .state)
    }

    /// Of several conditions one is enough.
    package mutating func keep(failing: Bool, running: Bool, paused: Bool = false) {
        guard failing || running || paused else { return }
        jobs.removeAll {
            !(failing && $0.isFailing) && !(running && $0.run != nil) && !(paused && $0.pause != nil)
        }
    }

    package var isEmpty: Bool { jobs.isEmpty }

    // MARK: Order

    /// What jobs are put in order by.
    package enum Order: String, CaseIterable, Sendable {
        /// Failing ones first, then those that run, those that are paused, then by what comes next.
        case state
        case next, name
        /// The one that began last comes first; the longest; the latest; the most.
        case last, duration, late, runs
    }

    package mutating func sort(by order: Order) {
        switch order {
        case .state: jobs.sort { $0.rank < $1.rank }
        case .next: jobs.sort { ($0.next ?? .max, $0.entry) < ($1.next ?? .max, $1.entry) }
        case .name: jobs.sort { $0.entry < $1.entry }
        case .last: sortDown { $0.last?.began ?? .min }
        case .duration: sortDown { $0.last?.duration.count ?? -1 }
        case .late: sortDown { $0.last?.lateness.count ?? -1 }
        case .runs: sortDown { $0.runs }
        }
    }

    private mutating func sortDown(_ key: (JobStatus) -> Int64) {
        jobs.sort { left, right in
            let (first, second) = (key(left), key(right))
            return first == second ? left.entry < right.entry : first > second
        }
    }

    // MARK: Tables

    private var columns: [ChosenColumn<JobStatus>] {
        [
            .init("job", .name) { $0.entry.description }, .init("state") { $0.shownState },
            .init("next") { distance(to: $0.next) }, .init("last") { distance(to: $0.last?.began) },
            .init("outcome") { $0.last?.outcome.rawValue ?? "-" },
            .init("duration", .dropped(2)) { $0.last.map { StatusText.duration($0.duration) } ?? "-" },
            .init("late", .dropped(0)) { $0.last.map { StatusText.duration($0.lateness) } ?? "-" },
            .init("runs") { "\($0.runs)" }, .init("note", .text) { StatusText.note($0, at: now, in: zone) },
        ] + otherColumns
    }

    private var otherColumns: [ChosenColumn<JobStatus>] {
        [
            .init("run", isUsual: false) { ($0.run?.number ?? $0.last?.number).map { "\($0)" } ?? "-" },
            .init("att", isUsual: false) { ($0.run?.attempt ?? $0.last?.attempt).map { "\($0)" } ?? "-" },
            .init("pid", isUsual: false) { $0.pid.map { "\($0)" } ?? "-" },
            .init("failures", isUsual: false) { "\($0.failures)" },
            .init("schedule", isUsual: false) { job in
                PrintableText.escape(job.interval.map { "every \($0)" } ?? job.schedule ?? "-")
            },
        ]
    }

    package func table(_ layout: TableLayout) throws -> String {
        let lines = try columns.chosen(layout.columns).table(jobs, layout).split(separator: "\n")
        let head = layout.hasTitles && !jobs.isEmpty ? 1 : 0
        let colored = lines.enumerated().map { index, line in
            index < head ? "\(line)\n" : painted(line, jobs[index - head], layout.hasColors)
        }
        return colored.joined()
    }

    private func painted(_ line: Substring, _ job: JobStatus, _ hasColors: Bool) -> String {
        guard hasColors else { return "\(line)\n" }
        if job.isFailing { return "\u{1B}[31m\(line)\u{1B}[0m\n" }
        return job.run == nil ? "\(line)\n" : "\u{1B}[32m\(line)\u{1B}[0m\n"
    }

    /// As `systemctl list-timers` has it.
    package func timers(_ layout: TableLayout) throws -> String {
        let columns: [ChosenColumn<JobStatus>] = [
            .init("next") { local($0.next) }, .init("left") { distance(to: $0.next) },
            .init("last") { local($0.last?.began) }, .init("passed", .dropped(0)) { distance(to: $0.last?.began) },
            .init("outcome", .dropped(1)) { $0.last?.outcome.rawValue ?? "-" },
            .init("job", .name) { $0.entry.description },
        ]
        return try (columns + otherColumns).chosen(layout.columns).table(jobs, layout)
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
    package var isFailing: Bool { failures > 0 || state == .failed }

    package var shownState: String { state == .idle && isFailing ? "failing" : state.rawValue }

    /// Those with the lowest come first.
    package var rank: (Int, Int64, EntryID) {
        (isFailing ? 0 : run != nil ? 1 : pause != nil ? 2 : 3, next ?? .max, entry)
    }
}
