import Schedules

/// What `H` became.
struct HashNotes {
    private let expression: CronExpression

    init(_ expression: CronExpression) { self.expression = expression }

    var notes: [String] {
        guard expression.words.contains(where: { $0.uppercased().hasPrefix("H") }) else { return [] }
        return ["H is hashed from the entry's ID: it is the same at every start, and another one for another entry."]
    }
}
