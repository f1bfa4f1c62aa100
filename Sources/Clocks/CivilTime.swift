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
    package var secondsText: String { text(bytes: 19) { write(to: &$0) } }

    /// `2026-11-23T02:04:05.123Z`
    package var millisecondsText: String {
        text(bytes: 24) { text in
            write(to: &text)
            text.append(".")
            text.append(nanosecond / 1_000_000, digits: 3)
            text.append("Z")
        }
    }

    /// `20261123T020405Z`, for file names.
    package var compact: String {
        text(bytes: 16) { text in
            text.append(year, digits: 4)
            text.append(month)
            text.append(day)
            text.append("T")
            text.append(hour)
            text.append(minute)
            text.append(second)
            text.append("Z")
        }
    }

    private func write(to text: inout FixedText) {
        text.append(year, digits: 4)
        text.append("-")
        text.append(month)
        text.append("-")
        text.append(day)
        text.append("T")
        text.append(hour)
        text.append(":")
        text.append(minute)
        text.append(":")
        text.append(second)
    }

    private func text(bytes: Int, _ body: (inout FixedText) -> Void) -> String {
        String(unsafeUninitializedCapacity: bytes) { buffer in
            var text = FixedText(buffer)
            body(&text)
            return text.count
        }
    }
}

/// A text that is written once, in place: workers write one in each run, and strings of its parts would be most of what
/// that costs.
private struct FixedText {
    private let bytes: UnsafeMutableBufferPointer<UInt8>
    private(set) var count = 0

    init(_ bytes: UnsafeMutableBufferPointer<UInt8>) { self.bytes = bytes }

    mutating func append(_ character: Unicode.Scalar) {
        bytes[count] = UInt8(ascii: character)
        count += 1
    }

    /// With zeros in front. No year of a `WallInstant` has more than four digits, and none is below zero.
    mutating func append(_ number: Int64, digits: Int = 2) {
        var rest = number
        for place in stride(from: count + digits - 1, through: count, by: -1) {
            bytes[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        count += digits
    }
}
