/// When a job runs, in the words of crontab(5): `*/5 * * * *`.
package struct CronExpression: Hashable, Sendable {
    /// As it was written.
    package let text: String
    package let fields: CronFields
    /// Neither the minute nor the hour begins with `*`: the expression names moments of the day (see
    /// `CalendarSchedule`).
    package let hasFixedTimes: Bool
    /// Which of the fields begin with `*`, from the minute to the day of the week: what explanations speak of.
    package let starred: [Bool]
    /// The fields as they were written, from the second (if it was given) to the day of the week.
    package let words: [String]
}

/// What is wrong with an expression, and where.
package struct CronFailure: Error, Hashable, Sendable {
    package let message: String
    /// In bytes from the expression's beginning.
    package let offset: Int

    package init(message: String, offset: Int) { (self.message, self.offset) = (message, offset) }
}
