package import Clocks

/// Up to which moment everything that was written to the daemon has been read: only up to there silence is an answer.
package struct Hearing {
    /// A round that has handled all that was ready says it of the moment before its wait.
    package private(set) var heard = MonotonicInstant(nanoseconds: 0)
    /// When the first of the rounds began that have left something unread.
    private var since: MonotonicInstant?
    private var partialRounds = 0

    /// So many rounds that leave something unread give each of 32,768 descriptors its turn, since the kernel goes round.
    package static let roundsForAll = 64

    package init() {}

    /// To be called when what the round has returned is handled. `began`: before its wait.
    package mutating func finish(began: MonotonicInstant, isPartial: Bool) {
        partialRounds += isPartial ? 1 : 0
        if isPartial, partialRounds < Self.roundsForAll {
            since = since ?? began
        } else {
            (heard, since, partialRounds) = (isPartial ? since ?? began : began, nil, 0)
        }
    }
}
