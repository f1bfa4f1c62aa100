package import Clocks
package import Model

/// What a run must pass before it may begin: the job's concurrency group, the ledger's word, and no pause. The worker of a job with a gate asks before
/// each run.
///
/// | permit  | event        | permit  | to the outside      |
/// |---------|--------------|---------|---------------------|
/// | `none`  | a run waits  | `asked` | ask the group       |
/// | `asked` | it has room  | `held`  |                     |
/// | `asked` | no run waits | `none`  | the room goes back  |
/// | `held`  | the run ends | `none`  | the room goes back  |
package struct Gates: Sendable {
    package let group: RunPolicy.Concurrency?
    /// The ledger is to have the run first.
    private let claims: Bool
    package private(set) var permit = Permit.none
    /// Whether the worker waits for the answer to a `due`.
    package var isAsking = false
    /// A pause of the job.
    package var hold = Hold()
    /// Slots that came due without a daemon and are run all the same, one after the other; `nil`: there are none.
    package var owed: OwedSlots?
    /// Up to this one an operator has given up what was owed; `nil`: nothing.
    package var givenUp: SlotInstant?
    /// What the worker's program cannot do by itself is done before its runs.
    package var mustJudge = false

    package enum Permit: Hashable, Sendable { case none, asked, held }

    package init(_ policy: RunPolicy) { (group, claims) = (policy.concurrency, policy.claims) }

    /// Whether there is no group, and nothing to be claimed.
    package var areOpen: Bool { group == nil && !claims }

    /// Whether the worker is to ask before each run.
    package var wantQuestions: Bool { !areOpen || hold.isOn || owed != nil || mustJudge }

    /// Whether a run of this slot is to have leave.
    package func needPermit(_ slot: SlotInstant?) -> Bool { !areOpen || owes(slot) }

    package func owes(_ slot: SlotInstant?) -> Bool {
        guard let owed, let slot else { return false }
        return slot <= owed.through
    }

    /// Whether it does.
    package var areAsked: Bool { !areOpen || hold.isSureToAsk }

    /// Whether it may ask.
    package var mayBeAsked: Bool { !areOpen || hold.mayAsk }

    /// A run waits for its turn. Returns whether the group is to be asked.
    package mutating func ask() -> Bool {
        guard permit == .none else { return false }
        permit = .asked
        return true
    }

    /// The group has room. Returns whether anybody had asked.
    package mutating func admit() -> Bool {
        guard permit == .asked else { return false }
        permit = .held
        return true
    }

    /// Returns whether there was something to give back.
    package mutating func giveBack() -> Bool {
        defer { permit = .none }
        return permit != .none
    }
}
