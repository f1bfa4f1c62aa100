import Clocks
import Kernel
import Links
import Model
import Supervision
import Values

/// The control groups of the workers: a leaf for each below a directory of this daemon's, so that whatever a worker starts can
/// be found and ended with it, in whatever session it is and whatever its parents are.
final class WorkerGroups {
    /// The directory, `cronsupd-KEY`.
    let base: ControlGroup
    private let own: ControlGroup
    private let root: ControlGroup
    /// Held for life: another daemon would take the workers in there for leftovers.
    private let lock: Box<DirectoryLock>
    private var enabled: Set<String> = []
    private var serial: UInt64 = 0
    private var leaving = LeavingGroups()

    /// The daemon before this one may be dying.
    private static let patience = Nanoseconds.milliseconds(500)
    private static let interval = Nanoseconds.milliseconds(10)
    /// At the daemon's end, for what was killed last.
    private static let closePatience = Leave.leaveDelay
    /// What was killed goes within milliseconds; only what does not is worth a word.
    private static let quietWait = Nanoseconds.milliseconds(500)
    private static let leftoversInterval = Nanoseconds.milliseconds(5)

    /// Why there are none.
    struct Refusal: Error, CustomStringConvertible { let description: String }

    /// `own`: the group that the daemon is in.
    init(own: ControlGroup, key: String) throws {
        self.own = own
        root = ControlGroupSite.root(of: own)
        base = root.child("cronsupd-\(key)")
        lock = Box(try Self.take(base))
    }

    private static func take(_ base: ControlGroup) throws -> DirectoryLock {
        let end = Clock.monotonic() + patience
        repeat {
            try makeSure(of: base)
            // It may be removed by another daemon that ends.
            if let lock = try lockIfThere(base.path), lock.isStill(at: base.path) { return lock }
            var pause = Poll()
            try pause.wait(interval)
        } while Clock.monotonic() < end
        throw Refusal(description: "another cronsupd uses '\(base.path)'")
    }

    private static func makeSure(of base: ControlGroup) throws(SystemError) {
        do throws(SystemError) {
            try base.create()
        } catch {
            guard error.isInTheWay else { throw error }
        }
    }

    private static func lockIfThere(_ path: String) throws(SystemError) -> DirectoryLock? {
        do throws(SystemError) {
            return try DirectoryLock.take(path)
        } catch {
            if error.isNotFound { return nil }
            throw error
        }
    }

    // MARK: Leaves

    /// `nil` for a worker where there are no groups, unless its limits need one.
    static func goWithout(_ limits: ControlGroupLimits) throws(SystemError) -> ControlGroup? {
        if limits.isEmpty { return nil }
        let names = limits.controllers.map(\.rawValue).sorted().joined(separator: ", ")
        throw SystemError("control group", names, code: 0, note: "the job's limits need one, and there are none")
    }

    /// An empty group with these limits in force.
    func makeLeaf(for entry: EntryID, _ limits: ControlGroupLimits) throws(SystemError) -> ControlGroup {
        try enable(Set(limits.controllers.map(\.rawValue)))
        let leaf = try createLeaf(for: entry)
        do throws(SystemError) {
            try Self.bound(leaf, by: limits)
        } catch {
            try? leaf.remove()
            throw error
        }
        return leaf
    }

    /// Where the kernel does not bound swap there is nothing to do.
    static func bound(_ leaf: ControlGroup, by limits: ControlGroupLimits) throws(SystemError) {
        for (file, text) in limits.settings where file != ControlGroupLimits.swapFile || leaf.has(file) {
            try leaf.write(text, to: file)
        }
    }

    private func createLeaf(for entry: EntryID) throws(SystemError) -> ControlGroup {
        while true {
            serial += 1
            let leaf = base.child(LeafName.of(entry, serial: serial))
            do throws(SystemError) {
                try leaf.create()
                return leaf
            } catch {
                // One of an earlier life, whose processes do not go.
                guard error.isInTheWay else { throw error }
            }
        }
    }

    /// When the first job needs them: each controller costs memory in every leaf, and time.
    func enable(_ controllers: Set<String>) throws(SystemError) {
        let missing = controllers.subtracting(enabled)
        guard !missing.isEmpty else { return }
        let text = missing.map { "+\($0)" }.sorted().joined(separator: " ")
        if !missing.isSubset(of: try root.enabledControllers()) {
            try leaveRoot()
            try root.write(text, to: "cgroup.subtree_control")
        }
        try base.write(text, to: "cgroup.subtree_control")
        enabled.formUnion(missing)
    }

    /// A group with controllers for those below it has no processes of its own, the one at the top excepted.
    private func leaveRoot() throws(SystemError) {
        guard own == root, !root.isRoot else { return }
        let supervisor = root.child(ControlGroupSite.supervisor)
        do throws(SystemError) {
            try supervisor.create()
        } catch {
            guard error.isInTheWay else { throw error }
        }
        try supervisor.enter()
    }

    // MARK: Ends

    /// Whether the kernel has killed a process of the leaf because memory ran out.
    func ranOutOfMemory(_ leaf: ControlGroup) -> Bool {
        enabled.contains(GroupController.memory.rawValue) && leaf.memoryKills > 0
    }

    /// Ends whatever is left in the leaf, and removes it: now if nothing is, else as soon as that is gone. Returns what it was.
    @discardableResult
    func retire(_ leaf: ControlGroup, at now: @autoclosure () -> MonotonicInstant) -> Remains? {
        leaving.add(leaf, at: now())
    }

    /// When `advance` has something to do.
    var deadline: MonotonicInstant { leaving.deadline }

    /// Looks again after those that could not be removed. Returns those that have been there for so long that somebody should know.
    func advance(at now: MonotonicInstant) -> [ControlGroup] { leaving.advance(at: now) }

    /// Why the entry's next worker may not begin yet: something that one before it has started is still there, although it was
    /// killed, and would run at the same time as what the next one starts. `nil`: there are none.
    func leftovers(to entry: EntryID, at now: MonotonicInstant) -> Event? {
        guard !leaving.isEmpty, let left = leaving.leftovers(of: LeafName.stem(entry)) else { return nil }
        if now - left.since < Self.quietWait { return .spawnDeferred(until: now + Self.leftoversInterval) }
        return .occupied(by: left.process, isKilled: true)
    }

    /// The end, after the last worker: what was killed last may still be there for a moment. Returns what does not end.
    func close() -> [ControlGroup] {
        let left = leaving.finish(until: Clock.monotonic() + Self.closePatience)
        try? base.remove()
        return left
    }

    // MARK: The life before

    /// Ends the leftovers of a previous life. To be called before there is a worker.
    func sweep(sparing spared: Set<ProcessID>) throws(SystemError) -> LeafSweep.Result {
        var sweep = LeafSweep(base, sparing: spared)
        let result = try sweep.run()
        for leaf in result.stuck + result.spared { leaving.watch(leaf, sparing: spared, at: Clock.monotonic()) }
        return result
    }
}
