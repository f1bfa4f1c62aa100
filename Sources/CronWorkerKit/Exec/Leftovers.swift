import Clocks
import Kernel

/// The processes that a command leaves. Whatever session such a process went to, it becomes a child of this process
/// when its own parents die.
struct Leftovers {
    /// Children that were there before the command, which are somebody else's to collect.
    private let others: [ProcessID]

    /// Killed processes need that long only if the machine hardly runs, or a disk holds them.
    private static let patience = Nanoseconds.seconds(5)

    /// To be called before the command is started. `hasOtherChildren`: not every child of this process is a command's.
    init(hasOtherChildren: Bool) throws(SystemError) {
        others = hasOtherChildren && Children.exist ? ProcessTable.children() : []
        try ThisProcess.setSubreaper(true)
    }

    /// Collects those that have exited while the command, which stays, runs: it may leave any number and live on.
    func collectExited(sparing command: ProcessID) {
        if others.isEmpty {
            // The command is the first of the children: once it has exited, what is left is for `clear`.
            while let pid = Children.peekExited(), pid != command { _ = try? Children.collect(pid) }
        } else {
            for pid in ProcessTable.children() where pid != command && !others.contains(pid) {
                _ = try? Children.collectIfExited(pid)
            }
        }
    }

    /// Kills and collects them. To be called when the command has been collected.
    func clear() {
        let end = Clock.monotonic() + Self.patience
        while remain, Clock.monotonic() < end {
            let left = ProcessTable.children().filter { !others.contains($0) }
            if left.isEmpty, !others.isEmpty { break }
            for pid in left { Children.signal(pid, .kill) }
            for pid in left { Self.collect(pid, until: end) }
        }
        // From now on orphans do not belong to a command.
        try? ThisProcess.setSubreaper(false)
    }

    /// One call, and no more after most commands.
    private var remain: Bool { !others.isEmpty || Children.exist }

    private static func collect(_ pid: ProcessID, until end: MonotonicInstant) {
        do throws(SystemError) {
            while try Children.collectIfExited(pid) == nil, Clock.monotonic() < end {
                waitForExit(of: pid, end - Clock.monotonic())
            }
        } catch {
            // It was no child, or is not one any more.
        }
    }

    private static func waitForExit(of pid: ProcessID, _ timeout: Nanoseconds) {
        var poll = Poll()
        guard let handle = try? ProcessHandle(pid) else {
            try? poll.wait(ExitWatch.interval)
            return
        }
        poll.add(handle.pollHandle, for: .read)
        try? poll.wait(timeout)
    }
}
