package import Clocks
import LedgerRecords

/// The last attempt at a slot that a job was let begin. No other of that slot and attempt may, nor one of before: not after a loss of
/// power either, when nobody knows whether it has begun.
///
/// | what was claimed last           | what is claimed now   |                                                  |
/// |---------------------------------|-----------------------|--------------------------------------------------|
/// | nothing, or what comes before   | any                   | granted                                          |
/// | the same, nothing heard of it, in this boot | the same  | granted: whoever asks knows that it has not begun |
/// | the same                        | the same              | refused                                          |
/// | what comes after                | any                   | refused                                          |
/// | more than three hours from now  | any                   | granted: the clock was wrong then                |
package struct SlotClaim: Hashable, Sendable {
    /// As it is numbered in the store.
    package var run: Int64
    package var slot: WallInstant
    package var attempt: Int64
    package var life: Int64
    package var at: WallInstant
    /// Nothing was heard yet of what became of it.
    package var isOpen: Bool

    package init(run: Int64, slot: WallInstant, attempt: Int64, life: Int64, at: WallInstant, isOpen: Bool = true) {
        (self.run, self.slot, self.attempt) = (run, slot, attempt)
        (self.life, self.at, self.isOpen) = (life, at, isOpen)
    }

    /// Jobs follow a clock that is set back by more, and have their slots again.
    private static let farAhead = Int64(3 * 3_600) * 1_000_000

    /// `isOfBoot`: whether a life was in the boot of now.
    package func allows(
        _ next: SlotClaim, isOfBoot: (_ life: Int64) throws(LedgerError) -> Bool
    ) throws(LedgerError) -> Bool {
        let (before, now) = ((slot.microseconds, attempt), (next.slot.microseconds, next.attempt))
        if slot.microseconds > next.at.microseconds + Self.farAhead { return true }
        guard before == now else { return before < now }
        guard isOpen else { return false }
        if life == next.life { return true }
        return try isOfBoot(life)
    }

    /// Whether what was booked says what became of it. `run`: `nil`, there was none. `slot`: up to this one all have their outcome.
    package func isSettled(by run: Int64?, through slot: WallInstant?) -> Bool {
        run.map { $0 >= self.run } ?? false || slot.map { $0.microseconds >= self.slot.microseconds } ?? false
    }

    /// What it is if nobody says what became of it.
    package var openRun: JobAccount.OpenRun {
        .init(
            run: run, life: life, slot: slot, attempt: attempt, cause: attempt > 1 ? .retry : .slot, began: at,
            lateness: .zero, pid: 0)
    }
}
