package import Clocks

/// What holds where a request for slots does not say.
package struct SlotDefaults: Sendable {
    /// `nil`: that of this machine.
    package var zone: String?
    package var from: WallInstant
    package var count: Int
    package var direction: SlotSearch.Direction
    /// The ID that `H` is hashed from.
    package var entry: String?
    package var hasSeconds: Bool

    package init(
        zone: String? = nil, from: WallInstant, count: Int = 5, direction: SlotSearch.Direction = .next,
        entry: String? = nil, hasSeconds: Bool = false
    ) {
        (self.zone, self.from, self.count, self.direction) = (zone, from, count, direction)
        (self.entry, self.hasSeconds) = (entry, hasSeconds)
    }
}
