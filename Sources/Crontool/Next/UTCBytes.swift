import Clocks

/// Writes moments as `CivilText` does, without a string for each.
enum UTCBytes {
    /// `2026-03-29T01:00:00Z`, with milliseconds if there are any.
    static func append(_ instant: WallInstant, to bytes: inout [UInt8]) {
        let civil = CivilTime(instant)
        append(civil.year, 4, to: &bytes)
        append("-", civil.month, to: &bytes)
        append("-", civil.day, to: &bytes)
        append("T", civil.hour, to: &bytes)
        append(":", civil.minute, to: &bytes)
        append(":", civil.second, to: &bytes)
        let milliseconds = civil.nanosecond / 1_000_000
        if milliseconds != 0 {
            bytes.append(UInt8(ascii: "."))
            append(milliseconds, 3, to: &bytes)
        }
        bytes.append(UInt8(ascii: "Z"))
    }

    private static func append(_ separator: Unicode.Scalar, _ number: Int64, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: separator))
        append(number, 2, to: &bytes)
    }

    private static func append(_ number: Int64, _ digits: Int, to bytes: inout [UInt8]) {
        var divisor: Int64 = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
            divisor /= 10
        }
    }
}
