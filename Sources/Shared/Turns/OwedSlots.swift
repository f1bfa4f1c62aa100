package import Clocks
package import Model
package import Schedules

/// Slots of a job that came due without a daemon and are run all the same: those after the last one that has its outcome, up to
/// `through`.
package struct OwedSlots: Hashable, Sendable {
    package let through: SlotInstant
    /// The first of them begins so long after this moment, when the daemon began.
    package let since: SlotInstant
    package let spread: Nanoseconds

    package init(through: SlotInstant, since: SlotInstant, spread: Nanoseconds) {
        (self.through, self.since, self.spread) = (through, since, spread)
    }
}

/// What becomes of the slots after `accounted` up to `now`, which came due without a daemon: up to which they are missed, and why;
/// the later ones are owed.
///
/// | `catch_up` | missed                                                                       | owed               |
/// |------------|------------------------------------------------------------------------------|--------------------|
/// | `none`     | all, `down`                                                                  | none               |
/// | `last`     | those that are too late, `deadline`; of the others all but the last, `down`  | the last           |
/// | `all`      | those that are too late, `deadline`; of the others all but `max`, `limit`    | the last `max`     |
package struct CatchUp: Equatable {
    package struct Gap: Equatable {
        package let through: SlotInstant
        package let reason: Booking.Reason
    }

    /// In their order.
    package private(set) var missed: [Gap] = []
    /// `nil`: none is owed.
    package private(set) var through: SlotInstant?

    /// `deadline`: how long after it was due a slot may begin; `nil`: any time.
    package init(
        _ policy: RunPolicy.CatchUp, _ timetable: Timetable, after accounted: SlotInstant, at now: SlotInstant,
        deadline: Nanoseconds?
    ) {
        guard let last = timetable.last(through: now), last > accounted else { return }
        var from = accounted
        func miss(through slot: SlotInstant?, _ reason: Booking.Reason) {
            guard let slot, slot > from else { return }
            missed.append(Gap(through: slot, reason: reason))
            from = slot
        }
        guard policy.slots != .none else {
            miss(through: last, .down)
            return
        }
        if let deadline { miss(through: timetable.last(through: now + Nanoseconds(-deadline.count - 1)), .deadline) }
        let isLast = policy.slots == .last
        let kept = Self.start(ofLast: isLast ? 1 : Int64(policy.max), timetable, after: from, through: last)
        miss(through: kept, isLast ? .down : .limit)
        through = from < last ? last : nil
    }

    /// The slot before the last so many; `nil`: there are no more of them. Without going through them: a job may have been down for
    /// years.
    private static func start(
        ofLast most: Int64, _ timetable: Timetable, after from: SlotInstant, through last: SlotInstant
    ) -> SlotInstant? {
        guard timetable.count(after: from, through: last) > most else { return nil }
        // There are more after `low`, and not after `high`.
        var (low, high) = (from.nanoseconds, last.nanoseconds)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            let isMore = timetable.count(after: SlotInstant(nanoseconds: middle), through: last) > most
            if isMore { low = middle } else { high = middle }
        }
        return SlotInstant(nanoseconds: high)
    }
}
