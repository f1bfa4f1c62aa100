import Clocks
import Values

/// The fields of a record, in the order in which they are written.
struct LogFields: ExpressibleByDictionaryLiteral, Hashable {
    struct Field: Hashable {
        let key: String
        let value: LogValue
    }

    var list: [Field] = []

    init(capacity: Int) { list.reserveCapacity(capacity) }

    init(dictionaryLiteral elements: (String, LogValue)...) {
        list = elements.map { Field(key: $0.0, value: $0.1) }
    }

    /// Whether a job's function has logged it, and has chosen its message and most of its fields.
    var isOfJob: Bool { list.contains { $0.key == "by" && $0.value == .text("job") } }

    /// `nil`: no such field.
    mutating func add(_ key: String, _ value: LogValue?) {
        if let value { list.append(Field(key: key, value: value)) }
    }
}

/// What a field of a record has.
enum LogValue: ExpressibleByStringInterpolation, Hashable {
    case text(String)
    case integer(Int64)
    /// A number, whatever its size, in its digits.
    case digits(String)
    case moment(WallInstant)

    init(stringLiteral text: String) { self = .text(text) }

    static func number(_ number: some BinaryInteger) -> LogValue { .integer(Int64(number)) }

    /// A delay, without what is of no use to people.
    static func delay(_ duration: Nanoseconds) -> LogValue {
        .text(DurationText.format(.milliseconds(max(1, duration.count / 1_000_000))))
    }
}
