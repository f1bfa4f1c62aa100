/// The values of the fields of an expression, for those who put it into words. All lists ascend.
package struct CronValues: Hashable, Sendable {
    package struct NthWeekday: Hashable, Sendable {
        /// From 1 to 5.
        package let week: Int
        /// 0 is Sunday.
        package let weekday: Int
    }

    package let seconds: [Int]
    package let minutes: [Int]
    package let hours: [Int]
    package let months: [Int]
    package let daysOfMonth: [Int]
    /// `L-n`; `L` is 0.
    package let daysBeforeLast: [Int]
    /// `15W`.
    package let nearestWeekdays: [Int]
    /// `L-nW`; `LW` is 0.
    package let weekdaysBeforeLast: [Int]
    /// 0 is Sunday.
    package let weekdays: [Int]
    /// `fri#2`.
    package let nthWeekdays: [NthWeekday]
    /// `5L`.
    package let lastWeekdays: [Int]
    /// Both day fields must fit; else either will do.
    package let needsBothDays: Bool

    fileprivate init(_ fields: CronFields) {
        (seconds, minutes) = (Self.list(fields.seconds), Self.list(fields.minutes))
        (hours, months) = (Self.list(fields.hours), Self.list(fields.months))
        let days = fields.days
        (daysOfMonth, daysBeforeLast) = (Self.list(days.daysOfMonth), Self.list(days.daysBeforeLast))
        (nearestWeekdays, weekdaysBeforeLast) = (Self.list(days.nearestWeekdays), Self.list(days.weekdaysBeforeLast))
        (weekdays, lastWeekdays) = (Self.list(days.weekdays), Self.list(days.lastWeekdays))
        nthWeekdays = Self.list(days.nthWeekdays).map { NthWeekday(week: $0 / 8 + 1, weekday: $0 % 8) }
        needsBothDays = days.needsBoth
    }

    private static func list(_ bits: UInt64) -> [Int] { (0..<64).filter { bits >> UInt64($0) & 1 == 1 } }
}

extension CronExpression {
    package var values: CronValues { CronValues(fields) }
}
