import Model
import Values

/// Reads what `restart` and `retry` have alike: how delays grow, and how many attempts there are.
struct DelayReader {
    static let keys = ["backoff_factor", "initial_delay", "jitter", "max_attempts", "max_delay"]
    static let factors = 1.0...100
    static let jitters = 0.0...1

    static func read(_ field: EntryField, into rule: inout DelayRule, attempts: ClosedRange<Int>) {
        rule.initialDelay = field["initial_delay"]?.duration() ?? rule.initialDelay
        rule.maxDelay = field["max_delay"]?.duration() ?? rule.maxDelay
        rule.backoffFactor = field["backoff_factor"]?.number(factors) ?? rule.backoffFactor
        rule.jitter = field["jitter"]?.number(jitters) ?? rule.jitter
        checkOrder(field, rule)
        rule.maxAttempts = field["max_attempts"]?.integer(attempts) ?? rule.maxAttempts
    }

    private static func checkOrder(_ field: EntryField, _ rule: DelayRule) {
        guard rule.initialDelay > rule.maxDelay else { return }
        let isDefault = (initial: field["initial_delay"] == nil, most: field["max_delay"] == nil)
        let initial = DurationText.format(rule.initialDelay) + (isDefault.initial ? " (the default)" : "")
        let most = DurationText.format(rule.maxDelay) + (isDefault.most ? " (the default)" : "")
        field.issues.error(
            "\(field.name): initial_delay \(initial) is above max_delay \(most); expected at most that",
            at: field.path + [isDefault.initial ? "max_delay" : "initial_delay"])
    }
}
