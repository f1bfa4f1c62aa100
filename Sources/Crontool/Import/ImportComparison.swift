package import Clocks
package import Model
import Schedules
import Values

/// Holds the jobs of a registry against those that crontabs make: each line must have a job with the same slots and the same
/// surroundings.
package struct ImportComparison: Sendable {
    /// One line of text each.
    package private(set) var differences: [String] = []
    package private(set) var notes: [String] = []

    private let slots: SlotComparison
    private let registry: [JobDefinition]
    private var isTaken: [Bool]
    /// By their commands.
    private var places: [String: [Int]] = [:]

    private static let span = Nanoseconds.seconds(31 * 86_400)
    private static let mostNamed = 20

    /// `origins`: where the lines stand, by the entry's name.
    package init(
        _ imported: [JobDefinition], origins: [String: String], registry: [JobDefinition], from: WallInstant
    ) {
        slots = SlotComparison(from: from, to: from + Self.span)
        self.registry = registry
        isTaken = Array(repeating: false, count: registry.count)
        for (index, job) in registry.enumerated() {
            if let command = CommandSurroundings(job)?.command { places[command, default: []].append(index) }
        }
        // A line takes the job that fits, before another line that it does not fit can take it.
        var rest: [JobDefinition] = []
        for job in imported where !takeEqual(job) { rest.append(job) }
        for job in rest { takeNearest(job, origins[String(job.id.name)] ?? job.id.description) }
        noteOthers()
    }

    private mutating func takeEqual(_ job: JobDefinition) -> Bool {
        guard let surroundings = CommandSurroundings(job) else { return false }
        for index in places[surroundings.command] ?? [] where !isTaken[index] {
            guard CommandSurroundings(registry[index]) == surroundings,
                slots.difference(registry[index].schedule, job.schedule) == nil
            else { continue }
            isTaken[index] = true
            return true
        }
        return false
    }

    /// Of the jobs with the same command that with the fewest differences.
    private mutating func takeNearest(_ job: JobDefinition, _ origin: String) {
        guard let surroundings = CommandSurroundings(job) else { return }
        var nearest: (index: Int, differences: [String])?
        for index in places[surroundings.command] ?? [] where !isTaken[index] {
            var found = CommandSurroundings(registry[index])?.differences(to: surroundings) ?? []
            if let slots = slots.difference(registry[index].schedule, job.schedule) { found.append(slots) }
            if found.count < nearest?.differences.count ?? .max { nearest = (index, found) }
        }
        guard let nearest else {
            return differences.append(
                "\(origin): no enabled job of the registry runs this command, or as many as there are lines")
        }
        isTaken[nearest.index] = true
        differences += nearest.differences.map { "\(origin): \(registry[nearest.index].id): \($0)" }
    }

    private mutating func noteOthers() {
        let others = zip(registry, isTaken).filter { !$1 }.map { $0.0.id.description }
        guard !others.isEmpty else { return }
        let named = others.prefix(Self.mostNamed).joined(separator: ", ")
        let more = others.count > Self.mostNamed ? " and \(others.count - Self.mostNamed) more" : ""
        notes.append("jobs of the registry that are in none of these crontabs: \(named)\(more)")
    }
}
