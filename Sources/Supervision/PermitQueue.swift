package import Model

/// Which of a group's jobs may run, in the order of asking.
package struct PermitQueue: Sendable {
    private var groups: [String: Group] = [:]

    private struct Group {
        var max: Int
        var holders: Set<Int> = []
        var waiting: [Int] = []

        /// Lets in whom there is room for.
        mutating func admit() -> [Int] {
            let admitted = Array(waiting.prefix(Swift.max(0, max - holders.count)))
            waiting.removeFirst(admitted.count)
            holders.formUnion(admitted)
            return admitted
        }
    }

    package init() {}

    /// `job` waits for its turn. Returns who has one now: `job`, if there is room for it, and others if there is more room than
    /// there was. The last `max` that was named for the group is in force.
    package mutating func ask(_ job: Int, _ concurrency: RunPolicy.Concurrency) -> [Int] {
        var group = groups[concurrency.group] ?? Group(max: concurrency.max)
        group.max = concurrency.max
        if !group.holders.contains(job), !group.waiting.contains(job) { group.waiting.append(job) }
        let admitted = group.admit()
        groups[concurrency.group] = group
        return admitted
    }

    /// `job` does not run any more, or does not wait any more. Returns the jobs that may run now.
    package mutating func giveBack(_ job: Int, group name: String) -> [Int] {
        guard var group = groups[name] else { return [] }
        if group.holders.remove(job) == nil { group.waiting.removeAll { $0 == job } }
        let admitted = group.admit()
        groups[name] = group.holders.isEmpty && group.waiting.isEmpty ? nil : group
        return admitted
    }
}
