import Clocks
import Kernel

/// Groups that are to go. One cannot be removed as long as there is a process in it, and one that was killed takes its time, for
/// ever perhaps if a disk holds it: the groups are tried again, at a growing distance.
struct LeavingGroups {
    private struct Entry {
        let group: ControlGroup
        let stem: String
        /// While one of these is in it, it is left alone.
        let spared: Set<ProcessID>
        let since: MonotonicInstant
        var delay = LeavingGroups.shortest
        var next: MonotonicInstant
        var isReported = false
    }

    private var entries: [Entry] = []
    private(set) var deadline = MonotonicInstant.distantFuture

    private static let shortest = Nanoseconds.milliseconds(5)
    private static let longest = Nanoseconds.seconds(60)
    /// What was killed is gone by then, unless something holds it.
    static let patience = Nanoseconds.seconds(5)

    var isEmpty: Bool { entries.isEmpty }

    /// Removes it at once if nothing is in it, else ends what is. `now` is read after that, which may take its time. Returns what was
    /// in it.
    @discardableResult
    mutating func add(_ group: ControlGroup, at now: @autoclosure () -> MonotonicInstant) -> Remains? {
        guard !Self.remove(group) else { return nil }
        let remains = Remains(group)
        try? group.kill()
        watch(group, sparing: [], at: now())
        return remains
    }

    /// Whoever is in it has been killed, or is one of these.
    mutating func watch(_ group: ControlGroup, sparing spared: Set<ProcessID>, at now: MonotonicInstant) {
        let next = now + Self.shortest
        entries.append(
            Entry(group: group, stem: LeafName.stem(ofLeaf: group.name), spared: spared, since: now, next: next))
        deadline = min(deadline, next)
    }

    /// Takes out the groups whose spared workers have gone, and whose leftovers go on.
    mutating func released() -> [ControlGroup] {
        var released: [ControlGroup] = []
        entries.removeAll { entry in
            guard !entry.spared.isEmpty, LeafName.leaves(entry.group), !Self.isSpared(entry) else { return false }
            released.append(entry.group)
            return true
        }
        return released
    }

    /// What is still there of what a worker has left.
    struct Leftovers {
        /// One of the processes, if it has a number here.
        let process: ProcessID?
        let since: MonotonicInstant
    }

    /// What is still there in the groups of one entry's workers. `nil`: nothing, but perhaps a worker that is spared.
    func leftovers(of stem: String) -> Leftovers? {
        for entry in entries where entry.stem == stem && !Self.isSpared(entry) && !Self.isHeld(entry) {
            guard (try? entry.group.isPopulated()) ?? false else { continue }
            // One that was spared until now has left it.
            try? entry.group.kill()
            return Leftovers(process: entry.group.treeProcesses().first, since: entry.since)
        }
        return nil
    }

    /// Tries all of them until they are gone or `end` has come, but for those of workers that are spared, who outlive this daemon.
    /// Returns what is left.
    mutating func finish(until end: MonotonicInstant) -> [ControlGroup] {
        entries.removeAll(where: Self.isSpared)
        while true {
            entries.removeAll { Self.remove($0.group) }
            guard !isEmpty, Clock.monotonic() < end else { return entries.map(\.group) }
            var pause = Poll()
            try? pause.wait(Self.shortest)
        }
    }

    /// Returns those whose processes have not gone although they were killed long ago, each once.
    mutating func advance(at now: MonotonicInstant) -> [ControlGroup] {
        guard deadline <= now else { return [] }
        var stuck: [ControlGroup] = []
        entries = entries.compactMap { entry in
            guard entry.next <= now else { return entry }
            guard var entry = Self.retry(entry, at: now) else { return nil }
            if !entry.isReported, now - entry.since >= Self.patience, !Self.isSpared(entry) {
                entry.isReported = true
                stuck.append(entry.group)
            }
            return entry
        }
        deadline = entries.map(\.next).min() ?? .distantFuture
        return stuck
    }

    /// `nil`: it is gone.
    private static func retry(_ entry: Entry, at now: MonotonicInstant) -> Entry? {
        var entry = entry
        if !isSpared(entry), !isHeld(entry) {
            if remove(entry.group) { return nil }
            // Again: a spared one may have left something running.
            try? entry.group.kill()
        }
        entry.delay = min(entry.delay + entry.delay, longest)
        entry.next = now + entry.delay
        return entry
    }

    /// What is left in it goes on, and is to be moved first (`released`).
    private static func isHeld(_ entry: Entry) -> Bool { !entry.spared.isEmpty && LeafName.leaves(entry.group) }

    private static func isSpared(_ entry: Entry) -> Bool {
        !entry.spared.isEmpty && !entry.spared.isDisjoint(with: entry.group.treeProcesses())
    }

    /// Whether it is gone, or was already. What else stands in the way but processes is nothing that would pass.
    private static func remove(_ group: ControlGroup) -> Bool {
        do throws(SystemError) {
            try group.removeTree()
            return true
        } catch {
            return !error.isBusy
        }
    }
}
