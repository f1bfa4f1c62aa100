/// So much is said to all clients together in one round of the loop: what they ask must not make a tick late.
struct RoundBudget {
    static let lines = 256
    static let bytes = 64 * 1_024

    var lines = Self.lines
    var bytes = Self.bytes

    var isUsedUp: Bool { lines <= 0 || bytes <= 0 }
}
