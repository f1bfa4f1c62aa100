/// One certain process: its number alone is another's some day.
package struct ProcessIdentity: Hashable, Sendable {
    package let pid: ProcessID
    /// When it began, in the kernel's ticks since the boot.
    package let began: UInt64

    /// The process that has the number now; `nil` if there is none.
    package init?(_ pid: ProcessID) {
        guard let began = ProcessTable.row(pid)?.began else { return nil }
        (self.pid, self.began) = (pid, began)
    }

    /// What `note` made.
    package init?(note: String) {
        let words = note.split(separator: " ")
        guard words.count == 2, let pid = ProcessID(words[0]), pid > 1, let began = UInt64(words[1]) else { return nil }
        (self.pid, self.began) = (pid, began)
    }

    package var note: String { "\(pid) \(began)" }

    /// Whether it is still there, and no zombie.
    package var isAlive: Bool { ProcessTable.row(pid).map { $0.began == began && !$0.isZombie } ?? false }

    /// One that has ended is no error.
    package func send(_ signal: Signal) {
        // The process that has the number now is the one that is looked at and told below.
        if let handle = try? ProcessHandle(pid), isAlive { handle.send(signal) }
    }

    /// Sends SIGKILL to it and to everything that descends from it, unless it has ended. It need not be a child of this process.
    package func killTree() {
        // The process that has the number now is the one that is looked at and killed below.
        guard let handle = try? ProcessHandle(pid), isAlive else { return }
        // Stopped, it keeps its number.
        handle.send(.stop)
        ProcessSweep.kill(descendantsOf: pid)
        handle.kill()
    }
}
