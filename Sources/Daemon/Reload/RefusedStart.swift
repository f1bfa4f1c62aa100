import Clocks

/// What a daemon knows that runs an earlier registry, since that of its start was refused.
struct RefusedStart {
    /// When the one that runs was accepted.
    let moment: String
    /// When the registry is tried again.
    private(set) var deadline: MonotonicInstant
    /// What is wrong with it.
    private var trouble: String
    /// Nobody has asked for the reload that is under way.
    private var isUnasked = false

    static let interval = Nanoseconds.seconds(30)

    init(moment: String, trouble: String, at now: MonotonicInstant) {
        (self.moment, self.trouble, deadline) = (moment, trouble, now + Self.interval)
    }

    /// A try of its own begins.
    mutating func tries() { isUnasked = true }

    /// Somebody asks for a reload.
    mutating func isAsked() { isUnasked = false }

    /// The reload is over. Returns whether that is to be said: once, and to who has asked.
    mutating func failed(_ trouble: String, at now: MonotonicInstant) -> Bool {
        defer { (self.trouble, isUnasked, deadline) = (trouble, false, now + Self.interval) }
        return !isUnasked || trouble != self.trouble
    }
}
