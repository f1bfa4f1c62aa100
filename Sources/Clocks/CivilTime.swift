/// A moment of civil time in UTC, taken apart for people to read (RFC 3339).
package struct CivilTime: Hashable, Sendable {
    package let year: Int64
    package let month: Int64
    package let day: Int64
    package let hour: Int64
    package let minute: Int64
    package let second: Int64
    package let nanosecond: Int64

    package init(_ instant: WallInstant) {
        let seconds = floorDivide(instant.nanoseconds, 1_000_000_000)
        // Not the difference to `seconds`: in the first second of the range that one's nanoseconds are out of it.
        nanosecond = (instant.nanoseconds % 1_000_000_000 + 1_000_000_000) % 1_000_000_000
        let days = floorDivide(seconds, 86_400)
        let secondOfDay = seconds - days * 86_400
        (hour, minute, second) = (secondOfDay / 3_600, secondOfDay / 60 % 60, secondOfDay % 60)
        (year, month, day) = Self.date(daysSince1970: days)
    }

    /// The proleptic Gregorian calendar, counted in eras of 400 years from 0000-03-01, so that the leap day comes last
    /// (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    private static func date(daysSince1970: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = daysSince1970 + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    /// `2026-11-23T02:04:05`
    package var secondsText: String { "\(padded(year, 4))-\(padded(month))-\(padded(day))T\(clockText)" }

    /// `2026-11-23T02:04:05.123Z`
    package var millisecondsText: String { "\(secondsText).\(padded(nanosecond / 1_000_000, 3))Z" }

    /// `20261123T020405Z`, for file names.
    package var compact: String {
        "\(padded(year, 4))\(padded(month))\(padded(day))T\(padded(hour))\(padded(minute))\(padded(second))Z"
    }

    private var clockText: String { "\(padded(hour)):\(padded(minute)):\(padded(second))" }

    private func padded(_ number: Int64, _ width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

private func floorDivide(_ dividend: Int64, _ divisor: Int64) -> Int64 {
    let quotient = dividend / divisor
    return dividend % divisor < 0 ? quotient - 1 : quotient
}
