/// One of the columns of an expression.
enum CronField: UInt8 {
    case second, minute, hour, dayOfMonth, month, dayOfWeek

    var name: String {
        switch self {
        case .second: "second"
        case .minute: "minute"
        case .hour: "hour"
        case .dayOfMonth: "day of month"
        case .month: "month"
        case .dayOfWeek: "day of week"
        }
    }

    var range: ClosedRange<Int> {
        switch self {
        case .second, .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        // Both ends are Sunday.
        case .dayOfWeek: 0...7
        }
    }

    /// What `H` may become: values that every month or week has once.
    var hashRange: ClosedRange<Int> {
        switch self {
        case .dayOfMonth: 1...28
        case .dayOfWeek: 0...6
        default: range
        }
    }

    /// Three letters each, the first standing for the first value of the range.
    // Taken apart when a field has a name: arrays of strings would stand in the memory of every worker.
    var names: [String] {
        switch self {
        case .month: Self.words("jan feb mar apr may jun jul aug sep oct nov dec")
        case .dayOfWeek: Self.words("sun mon tue wed thu fri sat")
        default: []
        }
    }

    private static func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }

    /// What is expected, for error messages.
    var expectation: String {
        let numbers = "\(range.lowerBound) to \(range.upperBound)"
        return names.isEmpty ? numbers : "\(numbers) or \(names[0]) to \(names[names.count - 1])"
    }
}

/// The meaning of a field.
struct CronList {
    var values: UInt64 = 0
    /// It begins with `*`.
    var isStarred = false
    // Of the day of the month alone; see `DayRule`.
    var daysBeforeLast: UInt64 = 0
    var nearestWeekdays: UInt64 = 0
    var weekdaysBeforeLast: UInt64 = 0
    // Of the day of the week alone.
    var nthWeekdays: UInt64 = 0
    var lastWeekdays: UInt64 = 0
}
