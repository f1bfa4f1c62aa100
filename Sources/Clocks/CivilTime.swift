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
        // Not by the difference: the first second that there is begins before the first instant.
        let fraction = instant.nanoseconds % 1_000_000_000
        nanosecond = fraction < 0 ? fraction + 1_000_000_000 : fraction
        let days = floorDivide(seconds, 86_400)
        let secondOfDay = seconds - days * 86_400
        (hour, minute, second) = (secondOfDay / 3_600, secondOfDay / 60 % 60, secondOfDay % 60)
        let date = CivilDate(daysSince1970: days)
        (year, month, day) = (date.year, date.month, date.day)
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
