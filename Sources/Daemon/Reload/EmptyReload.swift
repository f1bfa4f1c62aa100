import Clocks

/// A reload that leaves no job is most often a directory that is not there for the moment. It is refused, unless it was asked
/// for twice in a short time.
struct EmptyReload {
    static let span = Nanoseconds.seconds(60)
    static let error =
        "no job is left; to stop all, send SIGHUP twice within 60 s, or use cronsupctl reload --allow-empty"

    private var last: MonotonicInstant?
    private(set) var isMeant = false

    /// To be called for each signal.
    mutating func requested(at now: MonotonicInstant) {
        isMeant = last.map { now <= $0 + Self.span } ?? false
        last = now
    }

    /// Somebody says so.
    mutating func mean() { isMeant = true }

    /// Whatever came of it, but for a refusal because it leaves no job.
    mutating func ended() { (last, isMeant) = (nil, false) }
}
