import Clocks
import Model

/// When a job's pings were made: of one that runs often they are thinned.
///
/// | has                                      | event                                  | ping |
/// |------------------------------------------|----------------------------------------|------|
/// | nothing                                  | any                                    | yes  |
/// | a start, `every` ago or more             | a run begins                           | yes  |
/// | a start since then                       | a run begins                           | no   |
/// | an end, `every` ago or more              | a run ends                             | yes  |
/// | an end since then                        | a run ends well, or not, as that one   | no   |
/// | an end since then                        | a run ends otherwise                   | yes  |
enum PingTimes: Sendable {
    case none
    /// Out of line: few jobs have any.
    indirect case some(Times)

    struct Times: Sendable {
        var start: MonotonicInstant?
        var end: MonotonicInstant?
        var ended = PingEvent.start
    }

    /// Returns whether it is to be made.
    mutating func admit(_ event: PingEvent, every: Nanoseconds, at now: MonotonicInstant) -> Bool {
        if every == .zero { return true }
        var times = if case .some(let times) = self { times } else { Times() }
        if event == .start {
            if let start = times.start, now - start < every { return false }
            times.start = now
        } else {
            if let end = times.end, now - end < every, times.ended == event { return false }
            (times.end, times.ended) = (now, event)
        }
        self = .some(times)
        return true
    }
}

extension PingEvent {
    /// `nil`: what a run came to that was cut short, or what a slot came to that had none, is for the receiver to notice by its absence.
    init?(_ outcome: Outcome) {
        if outcome.isOk { self = .success } else if outcome.isFailure { self = .failure } else { return nil }
    }
}

/// What is told more than once.
struct Repeats: Sendable {
    var pings = PingTimes.none
    /// When the first of the failures in a row began; `nil`: there is none, or a daemon before this one knew.
    var firstFailure: WallInstant?
    /// When it is told again that the job is failing.
    var reminder = MonotonicInstant.distantFuture

    mutating func remind(_ hooks: JobHooks, after now: MonotonicInstant) {
        if hooks.onFailure != nil, let remind = hooks.remind { reminder = now + remind }
    }
}
