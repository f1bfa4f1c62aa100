package import Clocks

/// Which jobs may run a slot that is made up for: not all at once, since a machine that starts would be busy with nothing else. The
/// oldest slot comes first.
package struct CatchUpQueue: Sendable {
    private let most: Int
    private var holders: Set<Int> = []
    private var waiting: [(job: Int, slot: WallInstant)] = []

    package init(most: Int) { self.most = most }

    /// Returns who may run now.
    package mutating func ask(_ job: Int, slot: WallInstant) -> [Int] {
        guard !holders.contains(job), !waiting.contains(where: { $0.job == job }) else { return [] }
        let place = waiting.firstIndex { slot < $0.slot } ?? waiting.count
        waiting.insert((job, slot), at: place)
        return admit()
    }

    /// The job does not run any more, or does not wait any more. Returns who may run now.
    package mutating func giveBack(_ job: Int) -> [Int] {
        if holders.remove(job) == nil { waiting.removeAll { $0.job == job } }
        return admit()
    }

    private mutating func admit() -> [Int] {
        let admitted = waiting.prefix(max(0, most - holders.count)).map(\.job)
        waiting.removeFirst(admitted.count)
        holders.formUnion(admitted)
        return admitted
    }
}
