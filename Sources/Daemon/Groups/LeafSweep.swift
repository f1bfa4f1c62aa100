import Clocks
import Kernel

/// Ends what is left in the groups of a daemon's life before, and waits for it.
struct LeafSweep {
    struct Result {
        /// Processes that were killed.
        var killed = 0
        /// Groups whose processes have not gone.
        var stuck: [ControlGroup] = []
        /// Groups with a process that was not to be killed.
        var spared: [ControlGroup] = []
        /// Groups whose processes go on.
        var left: [ControlGroup] = []
    }

    private let base: ControlGroup
    private let spared: Set<ProcessID>
    private var result = Result()
    private var dying: [ControlGroup] = []

    /// Killed processes need that long only if the machine hardly runs, or a disk holds them.
    private static let patience = Nanoseconds.seconds(5)
    private static let interval = Nanoseconds.milliseconds(2)

    init(_ base: ControlGroup, sparing spared: Set<ProcessID>) { (self.base, self.spared) = (base, spared) }

    mutating func run() throws(SystemError) -> Result {
        for name in try base.children() { end(base.child(name)) }
        let limit = Clock.monotonic() + Self.patience
        while removeDead(), Clock.monotonic() < limit {
            var pause = Poll()
            try pause.wait(Self.interval)
        }
        result.stuck = dying
        return result
    }

    private mutating func end(_ leaf: ControlGroup) {
        let processes = leaf.treeProcesses()
        guard spared.isDisjoint(with: processes) else { return result.spared.append(leaf) }
        if LeafName.leaves(leaf), !processes.isEmpty { return result.left.append(leaf) }
        result.killed += processes.count
        if !processes.isEmpty { try? leaf.kill() }
        dying.append(leaf)
    }

    /// Returns whether there are any left.
    private mutating func removeDead() -> Bool {
        dying = dying.filter { leaf in
            do throws(SystemError) {
                try leaf.removeTree()
                return false
            } catch {
                return error.isBusy
            }
        }
        return !dying.isEmpty
    }
}
