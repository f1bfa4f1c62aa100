internal import Glibc

/// Kills processes that have something in common, and what they start meanwhile.
package struct ProcessSweep {
    /// The processes that have been looked at. One that was sent SIGKILL starts no other: the signal is looked at before a fork ends.
    private var seen: Set<ProcessID> = []
    /// How many have been sent SIGKILL.
    private(set) var killed = 0

    /// Some passes more than a process needs that forks and exits as fast as it can.
    static let mostPasses = 32

    /// Goes through what `list` returns, pass by pass, and kills those that `isMeant`, until `quiet` passes in a row have found none
    /// that is new: one that is may have started others after the pass. Zombies are ignored.
    mutating func run(
        over list: () throws(SystemError) -> [ProcessID], quiet: Int = 1, where isMeant: (ProcessID) -> Bool
    ) throws(SystemError) {
        var passesLeft = quiet
        for _ in 0..<Self.mostPasses where passesLeft > 0 {
            passesLeft -= 1
            for pid in try list() where !seen.contains(pid) && isMeant(pid) {
                // One that is not meant any more is looked at again: in the middle of an exec it has no environment.
                if kill(pid, where: isMeant) { seen.insert(pid) }
                passesLeft = quiet
            }
        }
    }

    /// Returns whether it needs no further look.
    private mutating func kill(_ pid: ProcessID, where isMeant: (ProcessID) -> Bool) -> Bool {
        // The process that has the number now is the one that is looked at and killed below.
        let handle = try? ProcessHandle(pid)
        guard let row = ProcessTable.row(pid), !row.isZombie else { return true }
        guard isMeant(pid) else { return false }
        if let handle { handle.kill() } else { Children.signal(pid, .kill) }
        killed += 1
        return true
    }
}

extension ProcessSweep {
    /// Sends SIGKILL to everything in these sessions, whose leaders have died or are to, and returns to how many.
    ///
    /// The leaders must be uncollected, so that the numbers are still theirs. A process that has made itself a session
    /// of its own is not found. What is killed here is collected by its parent.
    @discardableResult
    package static func kill(sessions: Set<ProcessID>) throws(SystemError) -> Int {
        guard !sessions.isEmpty else { return 0 }
        var sweep = ProcessSweep()
        // One short call a process, where reading its file would take twenty times as long.
        try sweep.run(over: ProcessTable.processes) { sessions.contains(getsid($0)) }
        return sweep.killed
    }

    /// Sends SIGKILL to everything below `root`, in whatever group or session. A process that has lost its parents is
    /// found if `root` is a subreaper, since it is the parent then. `root` itself is left stopped, for the caller to
    /// kill: it can start no child in between.
    ///
    /// `root` must be an uncollected child.
    package static func kill(descendantsOf root: ProcessID) {
        guard root > 1, !ProcessTable.children(of: root).isEmpty else { return }
        Children.signal(root, .stop)
        var sweep = ProcessSweep()
        // Children before their parents, so that none loses its parent before it is looked at.
        let list = { ProcessTable.descendants(of: root).reversed() as [ProcessID] }
        // Two passes in a row: one may be fooled by a process that changes its parent meanwhile.
        try? sweep.run(over: list, quiet: 2) { pid in ProcessTable.lineage(of: pid) { $0.parent == root } ?? false }
    }
}
