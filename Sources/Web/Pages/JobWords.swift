import Clocks
import Crontabs
import Crontool
import Host
import Model
import Schedules
import Values
import Wire

/// How a job stands, in the words and signs of the pages.
enum JobWords {
    /// What matters most of it. The sign is there for those who do not see the colour.
    static func condition(_ job: JobStatus) -> (name: String, sign: String) {
        if job.isFailing { return ("failing", "✗") }
        if job.isLate { return ("late", "◔") }
        if job.run != nil { return ("running", "▶") }
        if job.pause != nil { return ("paused", "‖") }
        return job.runs == 0 && job.last == nil ? ("new", "·") : ("ok", "✓")
    }

    static func conditions(_ job: JobStatus) -> [String] {
        [
            (job.isFailing, "failing"), (job.isLate, "late"), (job.run != nil, "running"), (job.pause != nil, "paused"),
        ].filter(\.0).map(\.1)
    }

    static func chips(_ job: JobStatus) -> HTML {
        let signs = ["failing": "✗", "late": "◔", "running": "▶", "paused": "‖"]
        var chips = conditions(job).map { name -> HTML in
            "<span class=\"chip \(name)\"><b aria-hidden=\"true\">\(signs[name] ?? "")</b> \(name)</span>"
        }
        let first = condition(job)
        if chips.isEmpty {
            let shown = first.name == "ok" && job.state != .idle ? job.state.rawValue : first.name
            chips = ["<span class=\"chip \(first.name)\"><b aria-hidden=\"true\">\(first.sign)</b> \(shown)</span>"]
        }
        return HTML(chips, separator: " ")
    }

    /// `At 03:00, every day` and the zone, if it has one of its own.
    static func schedule(_ job: JobStatus, in face: Face) -> String {
        var words = job.interval.map { "Every \($0)" } ?? sentence(job, face) ?? job.schedule ?? ""
        if words.hasSuffix(".") { words.removeLast() }
        if job.isAligned { words += ", from midnight on" }
        guard let zone = job.timezone, zone != face.zoneName else { return words }
        return "\(words) (\(zone))"
    }

    /// `nil` where this program cannot read it.
    private static func sentence(_ job: JobStatus, _ face: Face) -> String? {
        guard let text = job.schedule,
            let schedule = try? WrittenSchedule(text, entry: job.entry.description, hasSeconds: job.hasSeconds)
        else { return nil }
        return Explanation(schedule).sentence
    }

    /// What one must know of the job besides.
    static func note(_ row: Board.Row, _ face: Face) -> [HTML] {
        let job = row.status
        var parts: [HTML] = []
        if job.failures > 1 { parts.append("<b>\(job.failures)</b> in a row") }
        if let last = row.last, let text = last.text, !text.isEmpty, job.isFailing || !last.outcome.isOk {
            parts.append("<span class=\"said\">\(String(text.prefix(200)))</span>")
        }
        if let retry = job.retry { parts.append("next attempt \(face.distance(retry))") }
        if let pause = job.pause { parts.append(self.pause(pause, face)) }
        return parts
    }

    /// `paused until 10:33 (in 2h) by uid 0: new disk`
    private static func pause(_ pause: JobStatus.Pause, _ face: Face) -> HTML {
        let end: HTML = pause.until.map { "until \(face.shortly($0)) (\(face.distance($0)))" } ?? "without an end"
        let scope = pause.scope.hasPrefix("--") ? " (\(pause.scope))" : ""
        return "paused \(end) by uid \(pause.user)\(scope)\(pause.note.isEmpty ? "" : ": \(pause.note)")"
    }
}
