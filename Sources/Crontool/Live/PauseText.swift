package import Clocks
import Host
package import Schedules
import Values
package import Wire

/// What is said of a pause that was asked for, or was ended.
package struct PauseText {
    private let scope: PauseScope
    private let now: WallInstant
    private let zone: ZoneRules
    private var runs: [ControlAnswer.Started] = []
    private var pausing: [ControlAnswer.Pausing] = []
    private var replaced: JobStatus.Pause?

    /// `zone`: of those who read; `nil`: that of this process.
    package init(_ scope: PauseScope, now: WallInstant, zone: ZoneRules? = nil) {
        (self.scope, self.now, self.zone) = (scope, now, zone ?? ZoneDirectory().local)
    }

    package mutating func take(_ answer: ControlAnswer) {
        switch answer {
        case .running(let run): runs.append(run)
        case .pausing(let job): pausing.append(job)
        case .replaced(let pause): replaced = pause
        default: break
        }
    }

    package func paused(_ done: ControlAnswer.Done, until: WallInstant?) -> String {
        var lines = ["\(subject(done.count)) paused \(until.map(end) ?? "until 'resume \(scope.text)'")"]
        lines += runs.map { "run \($0.run) of '\($0.entry)' goes on to its end" }
        let more = (done.running ?? 0) - Int64(runs.count)
        if more > 0 { lines.append("and \(more) more \(more == 1 ? "run goes on" : "runs go on")") }
        if let replaced { lines.append("it takes the place of a pause \(StatusText.pause(replaced, in: zone))") }
        return lines.map { $0 + "\n" }.joined()
    }

    /// Those that have not heard of it in time; empty: there are none.
    package func warning(_ done: ControlAnswer.Done) -> String {
        guard let count = done.pausing, count > 0 else { return "" }
        let names = pausing.map { job in "'\(job.entry)'" + (job.pid.map { " (pid \($0))" } ?? "") }
        let more = count - Int64(names.count)
        return "a run may begin yet: no answer from the worker of " + names.joined(separator: ", ")
            + (more > 0 ? " and of \(more) more" : "") + "\n"
    }

    private func end(_ until: WallInstant) -> String {
        let seconds = WallInstant(seconds: until.wholeSeconds)
        let text = CivilText.text(seconds, offset: zone.offset(at: seconds.wholeSeconds))
        return "until \(SlotText.weekday(seconds, in: zone)) \(text) (\(SlotText.distance(from: now, to: until)))"
    }

    package func resumed(_ done: ControlAnswer.Done) -> String {
        let count = done.count ?? 0
        var text = count > 0 ? "\(subject(count)) not paused any more\n" : ""
        if let paused = done.paused, paused > 0 {
            if count == 0, scope == .all { text = isNone + "; " }
            text += "\(paused) \(paused == 1 ? "job stays" : "jobs stay") paused by other pauses\n"
        } else if count == 0 {
            text = isNone + "\n"
        }
        return text
    }

    /// There was no such pause.
    private var isNone: String {
        switch scope {
        case .all: "no pause of all jobs is in force"
        case .group(let name): "no pause of the group '\(PrintableText.escape(name))' is in force"
        case .job(let id): "\(id) was not paused"
        }
    }

    private func subject(_ count: Int64?) -> String {
        switch scope {
        case .job(let id): "\(id) is"
        case .group, .all: "\(count ?? 0) \(count == 1 ? "job is" : "jobs are")"
        }
    }
}
