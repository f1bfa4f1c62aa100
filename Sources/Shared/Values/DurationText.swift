package import Clocks

/// A span of time as people write it, and as Go does: numbers with units, which are added up, as in `250ms`, `1m30s`, `1.5h`,
/// `2d`. Units: `d` (24 hours), `h`, `m`, `s`, `ms`, `us` or `µs`, `ns`.
package enum DurationText {
    package enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        case empty
        case negative
        case zero
        case missingUnit(number: String)
        case unknownUnit(String)
        case missingNumber(unit: String)
        case tooLong
        case tooShort(minimum: String)
        case tooFine

        package var description: String { "the duration \(message)" }

        /// What is wrong and what was expected, to follow the quoted text.
        package var message: String {
            switch self {
            case .empty: "is empty; expected a duration such as 250ms, 1s, 1m30s, 1.5h or 2d"
            case .negative: "is negative; expected a duration above zero such as 10s"
            case .zero: "is zero; expected a duration above zero such as 10s"
            case .missingUnit(let number):
                "has no unit after \(number); expected one of d, h, m, s, ms, us, ns, as in \(number)s"
            case .unknownUnit(let unit): "has the unknown unit '\(unit)'; expected one of d, h, m, s, ms, us, ns"
            case .missingNumber(let unit): "has no number before '\(unit)'; expected a duration such as 10s"
            case .tooLong: "is too long; expected at most 36500d"
            case .tooShort(let minimum): "is too short; expected at least \(minimum)"
            case .tooFine: "is finer than a nanosecond; expected fewer decimal places"
            }
        }
    }

    /// A hundred years: beyond it a deadline could overflow the clock.
    package static let longest = Nanoseconds(36_500 * 86_400 * 1_000_000_000)

    private static let units: [(name: String, nanoseconds: Int64)] = [
        ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000),
        ("ms", 1_000_000), ("us", 1_000), ("ns", 1),
        // Both that look like it: the micro sign and the Greek letter.
        ("\u{B5}s", 1_000), ("\u{3BC}s", 1_000),
    ]
    /// What `parse` takes, as a regular expression: but for how much it is.
    package static var pattern: String {
        "^\\+?(?:(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:\(units.map(\.name).joined(separator: "|"))))+$"
    }

    /// Those that `format` counts in whole numbers.
    private static let wholeUnits = 5

    package static func parse(_ text: String) throws(Failure) -> Nanoseconds {
        var scanner = ByteScanner(text)
        guard !scanner.isAtEnd else { throw .empty }
        if scanner.isAt("-") { throw .negative }
        if scanner.take("+"), scanner.isAtEnd { throw .missingNumber(unit: text) }
        var total = Int64(0)
        while !scanner.isAtEnd {
            let (sum, overflow) = total.addingReportingOverflow(try part(&scanner))
            guard !overflow, sum <= longest.count else { throw .tooLong }
            total = sum
        }
        guard total > 0 else { throw .zero }
        return Nanoseconds(total)
    }

    /// A number with its unit.
    private static func part(_ scanner: inout ByteScanner) throws(Failure) -> Int64 {
        let number = scanner.takeNumber()
        let name = scanner.take { ASCII.isLetter($0) || $0 >= 0x80 }
        guard number.hasDigits else { throw .missingNumber(unit: name.isEmpty ? scanner.rest : name) }
        guard !name.isEmpty else {
            throw scanner.isAtEnd ? .missingUnit(number: number.text) : .unknownUnit(scanner.rest)
        }
        guard let unit = units.first(where: { $0.name == name }) else { throw .unknownUnit(name) }
        return try number.times(unit.nanoseconds)
    }

    /// As `parse`, and an error below `minimum`.
    package static func parse(_ text: String, minimum: Nanoseconds) throws(Failure) -> Nanoseconds {
        let duration = try parse(text)
        guard duration >= minimum else { throw .tooShort(minimum: format(minimum)) }
        return duration
    }

    /// The shortest text that `parse` reads back as the same duration; `0s` for none.
    package static func format(_ duration: Nanoseconds) -> String {
        guard duration.count > 0 else { return "0s" }
        var rest = duration.count
        var text = ""
        for unit in units.prefix(wholeUnits) where rest >= unit.nanoseconds {
            text += "\(rest / unit.nanoseconds)\(unit.name)"
            rest %= unit.nanoseconds
        }
        return rest > 0 ? text + microseconds(rest) : text
    }

    /// For people: in whole seconds, or in whole milliseconds below one second. Rounded down.
    package static func rounded(_ duration: Nanoseconds) -> String {
        let unit: Int64 = duration < .seconds(1) ? 1_000_000 : 1_000_000_000
        return format(Nanoseconds(duration.count / unit * unit))
    }

    /// The last unit takes what is left with its decimal places, since each unit stands once.
    private static func microseconds(_ nanoseconds: Int64) -> String {
        var places = String(nanoseconds % 1_000 + 1_000).dropFirst()
        while places.last == "0" { places.removeLast() }
        return "\(nanoseconds / 1_000)\(places.isEmpty ? "" : ".")\(places)us"
    }

    fileprivate struct Number {
        var text: String
        var digits: [UInt8]
        var decimalPlaces: Int
        var hasDigits: Bool { !digits.isEmpty }

        /// Exact: 1.5h is 5,400 s to the nanosecond, without a detour through floating point.
        func times(_ unit: Int64) throws(Failure) -> Int64 {
            var scaled = Int64(0)
            for digit in digits {
                let (product, overflow) = scaled.multipliedReportingOverflow(by: 10)
                guard !overflow, product <= .max - 9 else { throw decimalPlaces > 0 ? .tooFine : .tooLong }
                scaled = product + Int64(digit)
            }
            // Without a sign, since a signed division traps before its quotient has all the bits that the guard leaves it.
            let (high, low) = UInt64(scaled).multipliedFullWidth(by: UInt64(unit))
            // After the 18th place, past which the divisor would overflow, no unit has whole nanoseconds.
            guard decimalPlaces <= 18 else { throw .tooFine }
            var divisor = UInt64(1)
            for _ in 0..<decimalPlaces { divisor *= 10 }
            guard high < divisor else { throw .tooLong }
            let (quotient, remainder) = divisor.dividingFullWidth((high, low))
            guard quotient <= UInt64(Int64.max) else { throw .tooLong }
            guard remainder == 0 else { throw .tooFine }
            return Int64(quotient)
        }
    }
}

extension ByteScanner {
    fileprivate mutating func takeNumber() -> DurationText.Number {
        let start = position
        var digits: [UInt8] = []
        var point: Int?
        while true {
            if let digit = takeDigit() {
                digits.append(UInt8(digit))
            } else if point == nil, take(".") {
                point = digits.count
            } else {
                return number(from: start, digits: digits, point: point)
            }
        }
    }

    private func number(from start: Int, digits: [UInt8], point: Int?) -> DurationText.Number {
        var digits = digits
        let places = digits.count - (point ?? digits.count)
        // Trailing zeros after the point mean nothing and would only use up the range.
        var significant = places
        while significant > 0, digits.last == 0 {
            digits.removeLast()
            significant -= 1
        }
        if places > 0, digits.isEmpty { digits = [0] }
        return DurationText.Number(text: text(since: start), digits: digits, decimalPlaces: significant)
    }
}
