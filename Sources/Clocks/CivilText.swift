/// Moments as RFC 3339 writes them.
package enum CivilText {
    /// `2026-03-29T01:00:00Z`, `2026-03-29T03:00:00.5+02:00`; `nil` for anything else, and for moments that no `WallInstant` is.
    package static func instant(_ text: String) -> WallInstant? {
        var scanner = ByteScanner(text)
        guard let year = scanner.number(4), scanner.take("-"), let month = scanner.number(2), scanner.take("-"),
            let day = scanner.number(2), scanner.take("T") || scanner.take("t") || scanner.take(" "),
            let hour = scanner.number(2), scanner.take(":"), let minute = scanner.number(2), scanner.take(":"),
            let second = scanner.number(2), let fraction = scanner.fraction(), let offset = scanner.offset(),
            scanner.isAtEnd, (1...12).contains(month),
            (1...CivilDate.length(ofMonth: month, in: year)).contains(day), hour < 24, minute < 60, second < 60
        else { return nil }
        let days = CivilDate(year: year, month: month, day: day).daysSince1970
        let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - offset
        let (nanoseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflows) = nanoseconds.addingReportingOverflow(fraction)
        return overflow || overflows ? nil : WallInstant(nanoseconds: sum)
    }

    /// `2026-03-29T03:00:00+02:00`, or `…Z` for UTC (`offset` nil). `offset`: seconds east of Greenwich. A fraction of a second is
    /// shown to the millisecond, if there is any.
    package static func text(_ instant: WallInstant, offset: Int64?) -> String {
        let shifted = WallInstant(nanoseconds: instant.nanoseconds &+ (offset ?? 0) * 1_000_000_000)
        let civil = CivilTime(shifted)
        let milliseconds = civil.nanosecond / 1_000_000
        let fraction = milliseconds == 0 ? "" : ".\(String(milliseconds + 1_000).dropFirst())"
        return civil.secondsText + fraction + (offset.map(offsetText) ?? "Z")
    }

    /// `+02:00`; with seconds where a zone of old had them.
    package static func offsetText(_ offset: Int64) -> String {
        let (sign, distance) = (offset < 0 ? "-" : "+", abs(offset))
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let seconds = distance % 60 == 0 ? "" : ":\(two(distance % 60))"
        return "\(sign)\(two(distance / 3_600)):\(two(distance / 60 % 60))\(seconds)"
    }
}

extension ByteScanner {
    fileprivate mutating func number(_ digits: Int) -> Int64? {
        var number: Int64 = 0
        for _ in 0..<digits {
            guard let digit = takeDigit() else { return nil }
            number = number * 10 + digit
        }
        return number
    }

    /// In nanoseconds; 0 if there is none.
    fileprivate mutating func fraction() -> Int64? {
        guard take(".") else { return 0 }
        var (value, unit): (Int64, Int64) = (0, 1_000_000_000)
        while let digit = takeDigit() {
            unit /= 10
            value += digit * unit
        }
        return unit == 1_000_000_000 ? nil : value
    }

    /// In seconds.
    fileprivate mutating func offset() -> Int64? {
        if take("Z") || take("z") { return 0 }
        let sign: Int64 = take("-") ? -1 : 1
        guard sign == -1 || take("+"), let hours = number(2), take(":"), let minutes = number(2), hours < 24,
            minutes < 60
        else { return nil }
        return sign * (hours * 3_600 + minutes * 60)
    }
}
