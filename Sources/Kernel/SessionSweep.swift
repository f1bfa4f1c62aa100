internal import Glibc

/// Kills what is left of sessions whose leaders have died.
package struct SessionSweep {
    private let sessions: Set<ProcessID>
    /// Those that have been sent SIGKILL: they start no others from then on, since the signal is looked at before a fork ends.
    private var killed: Set<ProcessID> = []

    /// Some passes more than a process needs that forks as fast as it can.
    private static let mostPasses = 32

    /// Sends SIGKILL to every process of these sessions but the zombies, and returns to how many.
    ///
    /// The leaders must be uncollected, so that the numbers are still theirs. A process that has made itself a session of its own
    /// is not found. What is killed here is collected by whom it belongs to.
    @discardableResult
    package static func kill(_ sessions: Set<ProcessID>) throws(SystemError) -> Int {
        var sweep = SessionSweep(sessions: sessions)
        for _ in 0..<mostPasses where !sessions.isEmpty {
            guard try sweep.pass() else { break }
        }
        return sweep.killed.count
    }

    private init(sessions: Set<ProcessID>) { self.sessions = sessions }

    /// Returns whether it found one that was not found before: it may have started others that this pass has missed.
    private mutating func pass() throws(SystemError) -> Bool {
        var found: [ProcessID] = []
        try ProcessTable.visit { pid in
            // One short call a process, where reading its file would take twenty times as long.
            if sessions.contains(getsid(pid)), !killed.contains(pid) { found.append(pid) }
        }
        var isNew = false
        for pid in found where kill(pid) { isNew = true }
        return isNew
    }

    /// Returns whether there was something to kill.
    private mutating func kill(_ pid: ProcessID) -> Bool {
        // Whoever it is now, it stays the one that is looked at and killed below.
        let handle = try? ProcessHandle(pid)
        guard let row = ProcessTable.row(pid), !row.isZombie, sessions.contains(row.session) else { return false }
        if let handle { handle.kill() } else { Children.signal(pid, .kill) }
        return killed.insert(pid).inserted
    }
}
