internal import Glibc

/// Kills what is left of sessions whose leaders have died.
package struct SessionSweep {
    private let sessions: Set<ProcessID>
    /// The processes that have been looked at. A process that was sent SIGKILL starts no other: the signal is looked at
    /// before a fork ends.
    private var seen: Set<ProcessID>
    private var killed = 0

    /// A process that forks and exits as fast as it can lasts through a few.
    private static let mostPasses = 32

    /// Sends SIGKILL to every process of these sessions but the zombies, and returns to how many.
    ///
    /// The leaders must be uncollected, so that the numbers are still theirs. A process that has made itself a session
    /// of its own is not found. What is killed here is collected by its parent.
    @discardableResult
    package static func kill(_ sessions: Set<ProcessID>) throws(SystemError) -> Int {
        var sweep = SessionSweep(sessions)
        for leader in sessions { sweep.kill(leader) }
        for _ in 0..<mostPasses where !sessions.isEmpty {
            guard try sweep.pass() else { break }
        }
        return sweep.killed
    }

    private init(_ sessions: Set<ProcessID>) { (self.sessions, seen) = (sessions, sessions) }

    /// Returns whether it found a process that was not seen before, which may have started others after this pass.
    private mutating func pass() throws(SystemError) -> Bool {
        let before = seen.count
        try ProcessTable.visit { pid in
            // One short call a process, where reading its file would take twenty times as long.
            if sessions.contains(getsid(pid)), seen.insert(pid).inserted { kill(pid) }
        }
        return seen.count > before
    }

    private mutating func kill(_ pid: ProcessID) {
        // The process that has the number now is the one that is looked at and killed below.
        let handle = try? ProcessHandle(pid)
        guard let row = ProcessTable.row(pid), !row.isZombie, sessions.contains(row.session) else { return }
        if let handle { handle.kill() } else { Children.signal(pid, .kill) }
        killed += 1
    }
}
