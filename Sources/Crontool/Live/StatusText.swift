package import Clocks
import Host
package import Schedules
import Values
package import Wire

/// The words of a status.
package enum StatusText {
    /// `47µs`, `0.4ms`, `31ms`, `12.4s`, `5m3s`.
    package static func duration(_ duration: Nanoseconds) -> String {
        if duration >= .seconds(60) { return DurationText.rounded(duration) }
        if duration >= .seconds(1) { return tenths(duration.count / 100_000_000) + "s" }
        if duration >= .milliseconds(10) { return "\(duration.count / 1_000_000)ms" }
        if duration.count < 100_000 { return "\(duration.count / 1_000)µs" }
        return tenths(duration.count / 100_000) + "ms"
    }

    private static func tenths(_ count: Int64) -> String { "\(count / 10).\(count % 10)" }

    /// What one must know of the job besides.
    package static func note(_ job: JobStatus, at now: WallInstant, in zone: ZoneRules) -> String {
        var parts: [String] = []
        if let run = job.run {
            parts.append(
                "run \(run.number)\(run.isManual ? ", asked for" : "")\(job.pid.map { ", pid \($0)" } ?? "")")
        }
        if job.failures > 0 {
            parts.append("\(job.failures) \(job.failures == 1 ? "failure" : "failures")\(text(of: job))")
        }
        if let retry = job.retry {
            parts.append("next attempt \(SlotText.distance(from: now, to: WallInstant(microseconds: retry)))")
        }
        if job.isLate { parts.append("late") }
        if let pause = job.pause { parts.append("paused \(self.pause(pause, in: zone))") }
        return parts.joined(separator: "; ")
    }

    /// `until 2026-03-29T18:00:00+02:00 by uid 1000 (--all): migration`
    package static func pause(_ pause: JobStatus.Pause, in zone: ZoneRules) -> String {
        let end = pause.until.map { until in
            let seconds = WallInstant(seconds: WallInstant(microseconds: until).wholeSeconds)
            return "until \(CivilText.text(seconds, offset: zone.offset(at: seconds.wholeSeconds)))"
        }
        let scope = pause.scope.hasPrefix("--") ? " (\(PrintableText.escape(pause.scope)))" : ""
        let note = pause.note.isEmpty ? "" : ": \(PrintableText.escape(pause.note))"
        return "\(end ?? "without an end") by uid \(pause.user)\(scope)\(note)"
    }

    private static func text(of job: JobStatus) -> String {
        guard let text = job.last?.text, !text.isEmpty else { return "" }
        return ": " + PrintableText.escape(text, limit: 100)
    }
}

extension WallInstant {
    package init(microseconds: Int64) {
        self.init(nanoseconds: microseconds.multipliedReportingOverflow(by: 1_000).partialValue)
    }
}
