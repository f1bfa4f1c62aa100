package import Clocks

/// The slots of an interval job: slot n = start + n × interval for n = 1, 2, 3, … however long the runs take.
package struct IntervalGrid: Hashable, Sendable {
    package let start: MonotonicInstant
    package let interval: Nanoseconds

    /// An interval below this would spend more on the timer than on the job.
    package static var shortestInterval: Nanoseconds { .milliseconds(10) }

    /// `interval` must be above zero.
    package init(start: MonotonicInstant, interval: Nanoseconds) {
        precondition(interval > .zero, "an interval of \(interval.count) ns has no slots")
        (self.start, self.interval) = (start, interval)
    }

    /// The first slot after `instant`; `.distantFuture` past the end of the clock.
    package func next(after instant: MonotonicInstant) -> MonotonicInstant {
        let (index, overflow) = index(through: instant).addingReportingOverflow(1)
        return overflow ? .distantFuture : slot(index)
    }

    /// The last slot at or before `instant`; `nil` before the first slot.
    package func last(through instant: MonotonicInstant) -> MonotonicInstant? {
        let index = index(through: instant)
        return index == 0 ? nil : slot(index)
    }

    /// How many slots s have `after` < s ≤ `through`; none if the two are the wrong way round.
    package func count(after: MonotonicInstant, through: MonotonicInstant) -> Int64 {
        max(0, index(through: through) - index(through: after))
    }

    package func isSlot(_ instant: MonotonicInstant) -> Bool {
        instant > start && (instant - start).count % interval.count == 0
    }

    /// How many slots lie at or before `instant`.
    private func index(through instant: MonotonicInstant) -> Int64 {
        instant <= start ? 0 : (instant - start).count / interval.count
    }

    private func slot(_ index: Int64) -> MonotonicInstant {
        let (offset, overflow) = index.multipliedReportingOverflow(by: interval.count)
        return overflow ? .distantFuture : start + Nanoseconds(offset)
    }
}
