package import Clocks

/// A pause of a job, and how far its worker keeps to it. A worker keeps the time by itself: in a pause it is told to ask before each
/// run, and its question stays without an answer.
///
/// | pause       | event                                  | what follows                                                     |
/// |-------------|----------------------------------------|------------------------------------------------------------------|
/// | none        | it begins                              | the worker is told to ask; further attempts are given up         |
/// | on          | the worker says that it asks           | kept, unless it has begun what it was told before                |
/// | on          | it was told, is heard, and is in a run | kept: it hears that before it begins another                     |
/// | on          | there is no worker                     | kept: the next one asks from its start                           |
/// | on, kept    | the worker asks for a slot             | it waits, with all that come due after it                        |
/// | on, kept    | somebody asks for a run                | what came due is passed, and the run begins                      |
/// | on, kept    | it is over                             | what came due is passed, and the worker is told not to ask       |
/// | on          | it is over                             | the worker is told not to ask: nothing was held                  |
package struct Hold: Sendable {
    package private(set) var isOn = false
    /// Whether no slot and no attempt can begin any more.
    package private(set) var isKept = false
    /// When the pause began, or when the worker was told last.
    private var since = MonotonicInstant(nanoseconds: 0)
    /// Whether the worker was told last to ask.
    package private(set) var asks = false
    /// How often it was told, and has not answered.
    private var unanswered = 0
    /// Its program can be told.
    package var canBeTold = false
    /// The slots up to here are owed to nobody.
    package private(set) var passed: SlotInstant?
    /// The run that comes first, without a slot, waits for the end of the pause.
    package var owesFirstRun = false

    package init() {}

    package mutating func begin(at now: MonotonicInstant) { (isOn, isKept, since) = (true, false, now) }

    /// `due`: the last slot that is.
    package mutating func end(due: SlotInstant?) {
        if isKept { pass(through: due) }
        (isOn, isKept) = (false, false)
    }

    /// Its slots up to this one are owed to nobody.
    package mutating func pass(through slot: SlotInstant?) {
        guard let slot, passed.map({ $0 < slot }) ?? true else { return }
        passed = slot
    }

    package func hasPassed(_ slot: SlotInstant) -> Bool { passed.map { slot <= $0 } ?? false }

    /// Nothing can begin any more.
    package mutating func keep() { isKept = true }

    // MARK: The worker

    /// A new one has that from its definition.
    package mutating func spawned(asks: Bool) {
        (self.asks, unanswered, passed, canBeTold, owesFirstRun) = (asks, 0, nil, false, false)
    }

    /// Its program does not know how to ask.
    package mutating func cannotAsk() { asks = false }

    package mutating func tell(_ asks: Bool, at now: MonotonicInstant) {
        self.asks = asks
        unanswered += 1
        since = now
    }

    /// It was told to go.
    package mutating func dismiss(at now: MonotonicInstant) { since = now }

    /// Returns whether it was told anything.
    package mutating func answered() -> Bool {
        guard unanswered > 0 else { return false }
        unanswered -= 1
        return true
    }

    /// It asks before each run.
    package var isSureToAsk: Bool { asks && unanswered == 0 }
    /// It may.
    package var mayAsk: Bool { asks || unanswered > 0 }

    /// Whether the worker, which is in a run, has been heard since it was told.
    package func isHeard(_ heard: MonotonicInstant) -> Bool { heard >= since }

    /// When to look whether a worker in a run has been heard.
    package var deadline: MonotonicInstant { isOn && !isKept ? since : .distantFuture }
}
