/// A hash that is the same on every machine and in every version: FNV-1a with 64 bits (RFC 9923), its bits mixed once
/// more, since names that differ in the last letter only would otherwise lie side by side.
package enum StableHash {
    package static func of(_ text: String, salt: UInt8) -> UInt64 {
        var hash = basis
        for byte in text.utf8 { hash = step(hash, byte) }
        return mixed(step(hash, salt))
    }

    /// `start`: the first of them that counts.
    package static func of(_ bytes: [UInt8], from start: Int = 0) -> UInt64 {
        var hash = basis
        for index in start..<bytes.count { hash = step(hash, bytes[index]) }
        return mixed(hash)
    }

    // FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/), and then what SplitMix64 ends with.

    private static var basis: UInt64 { 0xCBF2_9CE4_8422_2325 }

    private static func step(_ hash: UInt64, _ byte: UInt8) -> UInt64 { (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }

    private static func mixed(_ hash: UInt64) -> UInt64 {
        let once = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
        let twice = (once ^ (once >> 27)) &* 0x94D0_49BB_1331_11EB
        return twice ^ (twice >> 31)
    }
}
