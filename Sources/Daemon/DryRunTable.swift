import Clocks
import Host
import Model
import Schedules
import Values

/// A dry run for people: a line for each job, the one that is next on top.
struct DryRunTable {
    private let now: WallInstant
    private let zone: ZoneRules
    private let isWide: Bool

    init(now: WallInstant, zone: ZoneRules, isWide: Bool) { (self.now, self.zone, self.isWide) = (now, zone, isWide) }

    /// When a job runs that has no slot ahead.
    private static func occasion(of job: JobDefinition) -> String {
        if job.schedule.runsAtStart { return "at start" }
        return job.schedule.runsAtBoot ? "at boot" : "none"
    }

    /// `jobs`: each with its next slot, if it has one. `disabled`: are shown below.
    func table(_ jobs: [(job: JobDefinition, slot: WallInstant?)], disabled: [JobDefinition]) -> TextTable {
        let sorted = jobs.enumerated().sorted { left, right in
            (left.element.slot?.nanoseconds ?? .min, left.offset) < (
                right.element.slot?.nanoseconds ?? .min, right.offset
            )
        }
        let rows = sorted.map(\.element).map { job, slot in
            let next = slot.map(local) ?? Self.occasion(of: job)
            return row(next, slot.map { SlotText.distance(from: now, to: $0) } ?? "", slot, job)
        }
        return TextTable(columns, rows + disabled.map { row("disabled", "", nil, $0) })
    }

    private var columns: [TextTable.Column] {
        [.whole("NEXT"), .whole("IN"), .cut("ID", order: 3, least: 12), .cut("SCHEDULE", order: 2, least: 11)]
            + [.cut("FUNCTION", order: 0, least: 8), .cut("USER", order: 1, least: 4)]
            + (isWide ? [.whole("KIND"), .whole("UTC"), .whole("DECLARED AT")] : [])
    }

    private func row(_ next: String, _ distance: String, _ slot: WallInstant?, _ job: JobDefinition) -> [String] {
        [next, distance, job.id.description, job.schedule.phrase, job.function.label, job.userText]
            + (isWide
                ? [
                    job.kind.rawValue, slot.map { CivilText.text($0, offset: nil) } ?? "",
                    "\(job.location.file):\(job.location.line)",
                ] : [])
    }

    /// `Mon 11-23 02:04:07`, and with the year instead of the second if that is another.
    private func local(_ slot: WallInstant) -> String {
        let text = SlotText.civil(slot, in: zone)
        let isThisYear = text.prefix(4) == SlotText.civil(now, in: zone).prefix(4)
        let parts = text.split(separator: "T")
        guard parts.count == 2 else { return text }
        let shown = isThisYear ? "\(parts[0].dropFirst(5)) \(parts[1])" : "\(parts[0]) \(parts[1].dropLast(3))"
        return "\(SlotText.weekday(slot, in: zone)) \(shown)"
    }

    // MARK: One job

    /// All that is known of one job, a line each.
    func details(_ job: JobDefinition, slots: [WallInstant]) -> String {
        let zone = job.schedule.rule.zone ?? self.zone
        let facts = [
            ("kind", job.kind.rawValue), ("function", job.function.label), ("schedule", job.schedule.phrase),
            ("user", job.userText), ("declared at", "\(job.location.file):\(job.location.line)"),
        ]
        let next = slots.map { slot in
            [
                SlotText.weekday(slot, in: zone), CivilText.text(slot, offset: zone.offset(at: slot.wholeSeconds)),
                CivilText.text(slot, offset: nil), SlotText.distance(from: now, to: slot),
            ]
        }
        let none = ("next", Self.occasion(of: job))
        let lines = (facts + (next.isEmpty ? [none] : [])).filter { !$0.1.isEmpty }.map { [$0.0, $0.1] }
        return "\(job.id)\n" + Self.indented(TextTable.text(lines), by: "  ")
            + (next.isEmpty ? "" : "  next\n" + Self.indented(TextTable.text(next), by: "    "))
    }

    private static func indented(_ text: String, by blanks: String) -> String {
        text.split(separator: "\n").map { "\(blanks)\($0)\n" }.joined()
    }
}

extension JobDefinition {
    /// As the entry has it; empty: the daemon's.
    var userText: String { data["user"]?.scalarText ?? "" }
}

extension Schedule {
    /// `every 10s`, `*/5 * * * * Europe/Riga, jitter 5s`.
    var phrase: String {
        let zone = zone.map { " \($0.name)" } ?? ""
        let rule =
            switch rule {
            case .interval: "every \(text)"
            case .aligned: "every \(text) since midnight" + zone
            case .calendar: text + zone
            case .none: text
            }
        return rule + (jitter > .zero ? ", jitter \(DurationText.format(jitter))" : "")
            + (splay > .zero ? ", splay \(DurationText.format(splay))" : "")
    }
}
