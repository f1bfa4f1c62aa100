import Clocks
import Model

/// The watch over a run that goes on and on. What comes due in it has no outcome before its end, so that it is told meanwhile.
///
/// | event                                            | what follows                                              |
/// |--------------------------------------------------|-----------------------------------------------------------|
/// | no run is going, or a stop bounds it             | no watch                                                  |
/// | its worker is being ended with it                | no look: that is told anyhow                              |
/// | a run begins                                     | a look at it when it has lasted 10 s                      |
/// | the same, of a job whose next slot ends the run  | none: no slot waits for it                                |
/// | a look, and no slot has come due in the run      | the next look when one is due                             |
/// | a look, and one has, or a new schedule waits     | told; the next look when it has lasted 1 min, 10 min,     |
/// |                                                  | and then each hour                                        |
/// | the wall clock is set                            | a look at once                                            |
/// | the run has lasted `after` of `on_long`          | the function is called, once a run                        |
struct LongRunWatch: Sendable {
    /// The number of the run that is watched; 0: none.
    private var run = Int64(0)
    /// It is told when it has lasted so long.
    private var mark = Self.shortest
    /// When to look at it.
    private(set) var look = MonotonicInstant.distantFuture
    /// When to call the function of `on_long`.
    private var call = MonotonicInstant.distantFuture

    /// No run is told before it has lasted so long: a short one costs nothing.
    static let shortest = Nanoseconds.seconds(10)
    /// The next times, and from then on the distance of all others.
    static let minute = Nanoseconds.seconds(60)
    static let tenMinutes = Nanoseconds.seconds(600)
    static let hour = Nanoseconds.seconds(3_600)
    private static let never = Nanoseconds(.max)

    var deadline: MonotonicInstant { min(look, call) }

    /// To be called when a run may have begun or ended.
    mutating func watch(_ phase: Phase, _ policy: RunPolicy) {
        guard let run = phase.run, !phase.isStopping || phase.sparesRun else {
            if self.run != 0 { self = LongRunWatch() }
            return
        }
        if run.number != self.run { begin(run, policy) }
        // Its worker is being ended with it, which is told.
        if case .leaving = phase, !phase.sparesRun { (mark, look) = (Self.never, .distantFuture) }
    }

    private mutating func begin(_ run: Phase.Run, _ policy: RunPolicy) {
        (self.run, mark) = (run.number, policy.overlap.replaces ? Self.never : Self.shortest)
        look = run.began.monotonic + mark
        // A call is no run of the job's own.
        let after = run.call == nil ? policy.hooks.onLong?.after : nil
        call = after.map { run.began.monotonic + $0 } ?? .distantFuture
    }

    /// The wall clock was set: the next slot comes at another moment.
    mutating func lookAgain(at now: MonotonicInstant) { if run != 0, mark < Self.never { look = min(look, now) } }

    /// Whether the function is to be called, which counts.
    mutating func takeCall(_ heard: MonotonicInstant) -> Bool {
        guard call <= heard else { return false }
        call = .distantFuture
        return true
    }

    /// A look at a run that has lasted so long. `isAwaited`: a slot or a new schedule waits for it; if not, a slot does from `next` on.
    /// Returns whether that is to be told.
    mutating func isTold(
        _ lasted: Nanoseconds, since began: MonotonicInstant, isAwaited: Bool, next: MonotonicInstant
    ) -> Bool {
        let isTold = isAwaited && lasted >= mark
        if isTold { mark = Self.mark(after: lasted) }
        look = isAwaited ? began + mark : max(began + mark, next)
        return isTold
    }

    /// When what has lasted so long is told again.
    static func mark(after lasted: Nanoseconds) -> Nanoseconds {
        if lasted < minute { return minute }
        if lasted < tenMinutes { return tenMinutes }
        let whole = lasted.count - lasted.count % hour.count
        return Nanoseconds(min(whole, .max - hour.count) + hour.count)
    }
}
