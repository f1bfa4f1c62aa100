import Clocks
import Model
import Schedules
import Supervision
import Turns
import Values

/// What has happened, in one line for people: `app:job.backup failed 3 times since 06:15: exit 3: no route. Next 07:00. See: cronsupctl
/// output app:job.backup 118`.
struct EventMessage {
    private let event: Value.Map
    private let entry: String
    private let zone: ZoneRules?
    private let next: WallInstant?
    private let now: Moment

    init(_ event: Value.Map, _ job: JobDefinition, next: WallInstant?, _ now: Moment) {
        (self.event, entry, self.next, self.now) = (event, job.id.description, next, now)
        zone = job.schedule.rule.zone
    }

    var text: String {
        let sentences = [what, next.map { "Next \(time($0))" }, look].compactMap(\.self)
        return PrintableText.escape(sentences.joined(separator: ". "))
    }

    private var what: String {
        switch event["event"]?.string ?? "" {
        case "failure": failure
        case "recovery": "\(entry) is ok again" + since
        case "late": "\(entry) is late: no run has begun\(ago)"
        case "long": "\(entry) has a run that has lasted \(event["for"]?.string ?? "long") and goes on"
        case "short": "\(entry) was ok after only \(duration)" + result
        case "success": "\(entry) was ok after \(duration)" + result
        case let name: "\(entry): \(name)"
        }
    }

    private var failure: String {
        let count = event["failures"]?.int ?? 1
        let verb = event["reminder"] == nil ? "failed" : "still fails, failed"
        return "\(entry) \(verb)" + (count > 1 ? " \(count) times" : "") + since + text(of: "error")
    }

    private var result: String { text(of: "result") }

    /// The first line.
    private func text(of key: String) -> String {
        let text = event[key]?.string?.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        return text.isEmpty ? "" : ": \(text)"
    }

    private var since: String {
        guard let first = event["first_failure"]?.string.flatMap(CivilText.instant) else { return "" }
        return event["event"]?.string == "recovery" ? ", it failed since \(time(first))" : " since \(time(first))"
    }

    private var ago: String {
        guard let late = event["lateness_us"]?.int else { return "" }
        return " \(DurationText.rounded(Nanoseconds(late * 1_000))) after its slot"
    }

    private var duration: String {
        DurationText.rounded(Nanoseconds((event["duration_us"]?.int ?? 0) * 1_000))
    }

    /// Where there is more of it.
    private var look: String? {
        guard let run = event["run"]?.int, run > 0, event["event"]?.string != "long" else { return nil }
        return "See: cronsupctl output \(entry) \(run)"
    }

    /// In the job's zone, or in UTC if it has none; with its day, if that is another one than today.
    private func time(_ instant: WallInstant) -> String {
        let (then, today) = (civil(instant), civil(now.wall))
        let day = then.prefix(10) == today.prefix(10) ? "" : then.prefix(10) + " "
        return day + then.dropFirst(11).prefix(5) + (zone == nil ? " UTC" : "")
    }

    private func civil(_ instant: WallInstant) -> String {
        let seconds = instant.nanoseconds / 1_000_000_000
        return CivilText.text(WallInstant(nanoseconds: seconds * 1_000_000_000), offset: zone?.offset(at: seconds))
    }
}

extension Job {
    /// When the next one is due; `nil`: none is.
    func nextSlot(at now: Moment) -> WallInstant? {
        let slot = supervisor.books.next(at: now)
        guard definition.schedule.rule != .none, slot < .distantFuture else { return nil }
        return now.wall(of: slot, on: clock)
    }
}
