import Model
import Values
package import Wire

/// What becomes of a run that somebody has asked for.
package struct RunResult {
    private var started: ControlAnswer.Started?
    private var ended: ControlAnswer.Ended?

    package init() {}

    package mutating func take(_ answer: ControlAnswer) {
        switch answer {
        case .started(let started): self.started = started
        case .ended(let ended): self.ended = ended
        default: break
        }
    }

    package var isOk: Bool { ended?.outcome == Outcome.ok.rawValue }

    /// One line about its end.
    package var text: String {
        guard let ended else { return "" }
        let text = ended.text.isEmpty ? "" : ": \(PrintableText.escape(ended.text))"
        return "\(ended.entry) run \(ended.run) \(ended.outcome) after \(StatusText.duration(ended.duration))\(text)\n"
    }

    /// A run that has begun goes on, whatever becomes of the connection.
    package func failure(_ failure: DaemonFailure) -> DaemonFailure {
        guard let started, ended == nil else { return failure }
        return .unknownEnd("run \(started.run) of '\(started.entry)' has begun, and its end is not known: \(failure)")
    }
}
