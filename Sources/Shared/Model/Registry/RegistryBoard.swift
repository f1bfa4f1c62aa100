/// How the registry in force and the texts of its Lua files lie in the memory that all workers share: where they are, and
/// whether they are still that.
///
/// The daemon writes the next registry next to the one in force and then switches; neither side waits for the other.
/// There are two slots. The sequence number is even while nothing is written; half of it, modulo 2, is the slot in
/// force. It is odd from the moment at which the daemon begins to write into the other slot. So what a reader found at
/// the even number n is whole as long as the number is not above n + 2: until then only the other slot is written to.
package enum RegistryBoard {
    /// Where the sequence number stands, in 8 bytes.
    package static let sequenceOffset = 0
    /// The header's length. After it come the registries.
    package static let headerSize = 4_096

    /// Where it says where the slot's registry begins.
    package static func placeOffset(_ slot: Int) -> Int { 8 + slot * 16 }
    /// Where it says how many bytes the registry has.
    package static func lengthOffset(_ slot: Int) -> Int { 16 + slot * 16 }

    /// The same of the slot's `SourceTexts`; both are 0 where there are none.
    package static func textsPlaceOffset(_ slot: Int) -> Int { 40 + slot * 16 }
    package static func textsLengthOffset(_ slot: Int) -> Int { 48 + slot * 16 }

    package static func slot(at sequence: UInt64) -> Int { Int(sequence / 2 % 2) }

    /// Whether what was found at one number, odd or even, can be trusted at another one.
    package static func isWhole(from first: UInt64, to last: UInt64) -> Bool { last <= (first & ~1) + 2 }
}
