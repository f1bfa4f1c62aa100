extension CronExpression {
    /// How the two day fields go together, which surprises more people than anything else in a crontab (crontab(5)).
    package enum DayRuleForm: Hashable, Sendable {
        /// One of them is `*`, so that only the other counts.
        case plain
        /// Both are restricted: either is enough.
        case eitherWillDo
        /// One begins with `*` and goes on, such as `*/10`: it does not count as restricted, and so both are needed.
        case bothNeeded
    }

    package var dayOfMonth: String { words[words.count - 3] }
    package var dayOfWeek: String { words[words.count - 1] }

    package var dayRuleForm: DayRuleForm {
        if dayOfMonth == "*" || dayOfWeek == "*" { return .plain }
        return dayOfMonth.hasPrefix("*") || dayOfWeek.hasPrefix("*") ? .bothNeeded : .eitherWillDo
    }

    /// What to tell the writer of such an expression; `nil` if it is plain.
    package var dayRuleNote: String? {
        switch dayRuleForm {
        case .plain: nil
        case .eitherWillDo:
            "it runs on days that fit '\(dayOfMonth)' and also on days that fit '\(dayOfWeek)': of two restricted day fields "
                + "either is enough"
        case .bothNeeded:
            "it runs on days that fit both '\(dayOfMonth)' and '\(dayOfWeek)': a day field that begins with * is no restriction"
        }
    }
}
