import Model
import Schedules
import Values

/// Reads the keys of a job entry that bound its runs.
struct PolicyReader {
    static let keys =
        [
            "catch_up", "claim", "concurrency", "history", "kill_after", "on_lost", "output", "overlap", "retry",
            "starting_deadline", "timeout",
        ] + HookReader.keys
    /// Those about slots, which a function that is only called has none of.
    static let slotKeys =
        ["catch_up", "claim", "concurrency", "on_lost", "overlap", "starting_deadline"]
        + HookReader.keys.filter { !HookReader.keysOfFunctions.contains($0) }
    static let mostAttempts = 1_000
    /// What nobody has more jobs than.
    static let mostRuns = 1_000_000
    static let longestGroup = 128
    static let requiredOfConcurrency = ["group", "max"]
    static let outputKeys = ["head", "tail"]

    static func read(_ data: EntryField) -> RunPolicy {
        var policy = RunPolicy()
        policy.timeout = data["timeout"]?.duration()
        policy.overlap = data["overlap"].flatMap { word($0) } ?? policy.overlap
        policy.killAfter = data["kill_after"]?.duration() ?? policy.killAfter
        policy.retry = data["retry"]?.map(of: DelayReader.keys + ["on"]).map(retry)
        policy.concurrency = data["concurrency"]?.map(of: requiredOfConcurrency + ["wait"]).flatMap(concurrency)
        policy.catchUp = data["catch_up"].flatMap(catchUp) ?? policy.catchUp
        policy.startingDeadline = data["starting_deadline"]?.duration()
        policy.onLost = data["on_lost"].flatMap { word($0) } ?? policy.onLost
        policy.claims = data["claim"]?.flag() ?? policy.claims
        policy.output = data["output"]?.map(of: outputKeys).map(output) ?? policy.output
        policy.history = data["history"].flatMap(HistoryReader.read) ?? policy.history
        policy.hooks = HookReader.read(data)
        return policy
    }

    /// Whoever claims a slot says which one it is, and the other machine or the next boot must call it the same.
    static func checkClaim(_ data: EntryField, _ policy: RunPolicy, _ schedule: Schedule) {
        guard policy.claims else { return }
        switch schedule.rule {
        case .aligned, .calendar: break
        case .interval:
            data["claim"]?.error(
                "an interval's slots have no fixed times; expected meta.schedule or meta.align: true with it", .key)
        case .none: data["claim"]?.error("this job has no slots; expected meta.schedule with it", .key)
        }
    }

    static func word<Word: RawRepresentable & CaseIterable>(_ field: EntryField) -> Word?
    where Word.RawValue == String {
        field.value.string.flatMap(Word.init(rawValue:))
            ?? field.expected("one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
    }

    // MARK: Catch-up

    static let catchUpKeys = ["max", "slots", "spread"]
    static let mostCaughtUp = 10_000

    private static func catchUp(_ field: EntryField) -> RunPolicy.CatchUp? {
        var catchUp = RunPolicy.CatchUp()
        guard field.value.map != nil else {
            return word(field).map {
                catchUp.slots = $0
                return catchUp
            }
        }
        guard let map = field.map(of: catchUpKeys) else { return nil }
        guard let slots = map["slots"] else {
            map.error("no 'slots'; expected as in {slots: all, max: 100, spread: 10m}")
            return nil
        }
        catchUp.slots = word(slots) ?? .none
        catchUp.max = map["max"]?.integer(1...mostCaughtUp) ?? catchUp.max
        catchUp.spread = map["spread"]?.duration() ?? catchUp.spread
        if catchUp.slots != .all { map["max"]?.error("goes with slots: all", .key) }
        if catchUp.slots == .none { map["spread"]?.error("goes with slots: last or all", .key) }
        return catchUp
    }

    private static func output(_ field: EntryField) -> OutputBounds {
        let lines = 0...OutputBounds.mostLines
        return OutputBounds(
            head: field["head"]?.integer(lines), tail: field["tail"]?.integer(lines) ?? OutputBounds.defaultTail)
    }

    // MARK: Retry

    private static func retry(_ field: EntryField) -> RunPolicy.Retry {
        var retry = RunPolicy.Retry()
        DelayReader.read(field, into: &retry.delays, attempts: 2...mostAttempts)
        if let on = field["on"] { retry.outcomes = outcomes(on) }
        return retry
    }

    private static func outcomes(_ field: EntryField) -> Set<Outcome> {
        let known = RunPolicy.Retry.possibleOutcomes.map(\.rawValue)
        let words = known.joined(separator: ", ")
        guard let items = field.items, !items.isEmpty else { return field.expected("a list of \(words)") ?? [] }
        return Set(
            items.compactMap { item in
                let name = item.value.string.flatMap { known.contains($0) ? $0 : nil }
                return name.flatMap(Outcome.init(rawValue:)) ?? item.expected("one of \(words)")
            })
    }

    // MARK: Concurrency

    private static func concurrency(_ field: EntryField) -> RunPolicy.Concurrency? {
        let max = field["max"]?.integer(1...mostRuns)
        let wait = field["wait"]?.duration()
        for key in requiredOfConcurrency where field[key] == nil {
            field.error("no '\(key)'; expected as in {group: db, max: 2}")
        }
        guard let group = field["group"] else { return nil }
        guard let name = group.value.string, !name.isEmpty, name.utf8.count <= longestGroup else {
            return group.expected("a name of at most \(longestGroup) bytes")
        }
        return max.map { RunPolicy.Concurrency(group: name, max: $0, wait: wait) }
    }
}
