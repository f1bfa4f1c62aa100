import Clocks
import Kernel

/// The groups of what jobs leave for good (`leftovers: leave`), one for what each run has left. They are beside the directory of
/// the workers' groups: no limit of a worker's holds there, and nothing ends what is in them but its own time.
struct LeftGroups {
    private struct Entry {
        let group: ControlGroup
        let name: LeftName
        var delay = LeftGroups.shortest
        var next: MonotonicInstant
    }

    /// A group whose time is over.
    struct Expired {
        /// The entry's ID, or what a name has room for of it.
        let entry: String
        let group: ControlGroup
    }

    private let base: ControlGroup
    private var entries: [Entry] = []
    private(set) var deadline = MonotonicInstant.distantFuture

    /// From look to look whether one is empty.
    private static let shortest = Nanoseconds.seconds(1)
    private static let longest = Nanoseconds.seconds(60)
    static let most = 10_000
    /// A process may fork while it is moved.
    private static let mostPasses = 32

    init(_ base: ControlGroup) { self.base = base }

    /// Moves all of `leaf` but for `spared` into a group of its own. Returns what has moved; `nil`: nothing, and what is there stays
    /// where it is.
    mutating func take(
        from leaf: ControlGroup, sparing spared: Set<ProcessID>, as name: LeftName, at now: MonotonicInstant
    ) -> Remains? {
        guard leaf.treeProcesses().contains(where: { !spared.contains($0) }), entries.count < Self.most else {
            return nil
        }
        let group = base.child(name.text)
        try? base.create()
        try? group.create()
        let moved = Self.move(leaf, to: group, sparing: spared)
        guard moved != nil else {
            try? group.remove()
            return nil
        }
        watch(group, name, at: now)
        return moved
    }

    private static func move(_ leaf: ControlGroup, to group: ControlGroup, sparing spared: Set<ProcessID>) -> Remains? {
        var moved: [ProcessID] = []
        for _ in 0..<mostPasses {
            let left = leaf.treeProcesses().filter { !spared.contains($0) }
            // One that cannot be moved is there at each look.
            let fresh = left.filter { pid in (try? group.write("\(pid)", to: "cgroup.procs")) != nil }
            if fresh.isEmpty { break }
            moved += fresh
        }
        return Remains(moved)
    }

    private mutating func watch(_ group: ControlGroup, _ name: LeftName, at now: MonotonicInstant) {
        let next = min(now + Self.shortest, name.until ?? .distantFuture)
        entries.append(Entry(group: group, name: name, next: next))
        deadline = min(deadline, next)
    }

    /// Those of a daemon's life before.
    mutating func adopt(at now: MonotonicInstant) {
        for text in (try? base.children()) ?? [] { watch(base.child(text), LeftName(text), at: now) }
    }

    /// Removes those that are empty. Returns those whose time is over.
    mutating func advance(at now: MonotonicInstant) -> [Expired] {
        guard deadline <= now else { return [] }
        var expired: [Expired] = []
        entries = entries.compactMap { entry in
            guard entry.next <= now else { return entry }
            if (try? entry.group.removeTree()) != nil || !entry.group.exists { return nil }
            if let until = entry.name.until, until <= now {
                expired.append(Expired(entry: entry.name.stem, group: entry.group))
                return nil
            }
            var entry = entry
            entry.delay = min(entry.delay + entry.delay, Self.longest)
            entry.next = min(now + entry.delay, entry.name.until ?? .distantFuture)
            return entry
        }
        deadline = entries.map(\.next).min() ?? .distantFuture
        return expired
    }

    /// The daemon's end: what is in them goes on.
    func close() {
        for entry in entries { try? entry.group.removeTree() }
        try? base.remove()
    }
}

/// The name of such a group: whose it is, a number, and when its time is over on the clock that all processes share, so that the
/// next daemon knows.
struct LeftName: Hashable {
    let stem: String
    let until: MonotonicInstant?
    let text: String

    private static let millisecond: Int64 = 1_000_000

    init(_ stem: String, serial: UInt64, until: MonotonicInstant?) {
        (self.stem, self.until) = (stem, until)
        text = "\(stem).\(serial)" + (until.map { "-\($0.nanoseconds / Self.millisecond)" } ?? "")
    }

    init(_ text: String) {
        self.text = text
        let tail = text.lastIndex(of: ".").map { text[text.index(after: $0)...] } ?? ""
        stem = LeafName.stem(ofLeaf: text[...])
        until = tail.firstIndex(of: "-").flatMap { Int64(tail[tail.index(after: $0)...]) }.flatMap {
            $0 > .max / Self.millisecond ? nil : MonotonicInstant(nanoseconds: $0 * Self.millisecond)
        }
    }
}
