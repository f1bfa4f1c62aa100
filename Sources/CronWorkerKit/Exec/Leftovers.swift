import Clocks
import Kernel

/// The processes that a command leaves. Whatever session such a process went to, it becomes a child of this process
/// when its own parents die.
struct Leftovers {
    /// Children that were there before the command, which are somebody else's to collect.
    private let others: [ProcessID]
    /// They go on after the command.
    let areLeft: Bool

    /// Killed processes need that long only if the machine hardly runs, or a disk holds them.
    private static let patience = Nanoseconds.seconds(5)

    /// To be called before the command is started. `hasOtherChildren`: not every child of this process is a command's.
    init(hasOtherChildren: Bool, areLeft: Bool = false) throws(SystemError) {
        self.areLeft = areLeft
        // The exit of the command is to be seen.
        if areLeft { Children.collectThemselves(false) }
        others = (hasOtherChildren || areLeft) && Children.exist ? ProcessTable.children() : []
        try ThisProcess.setSubreaper(true)
    }

    /// All children of this process, however it comes to its end: a file of Lua may call os.exit.
    static func clearAtExit() {
        ThisProcess.atExit { Leftovers(others: []).clear() }
    }

    private init(others: [ProcessID]) { (self.others, areLeft) = (others, false) }

    /// Collects those that have exited while the command, which stays, runs: it may leave any number and live on.
    func collectExited(sparing command: ProcessID) {
        if others.isEmpty || areLeft {
            // The command is the first of the children: once it has exited, what is left is for `clear`.
            while let pid = Children.peekExited(), pid != command { _ = try? Children.collect(pid) }
        } else {
            for pid in ProcessTable.children() where pid != command && !others.contains(pid) {
                _ = try? Children.collectIfExited(pid)
            }
        }
    }

    /// Those that had to be killed, or go on.
    struct Found {
        var count = 0
        /// The name of the first one's.
        var program = ""

        fileprivate mutating func add(_ name: String?) {
            if count == 0 { program = name ?? "" }
            count += 1
        }
    }

    /// Kills and collects them. To be called when the command has been collected.
    @discardableResult
    func clear() -> Found {
        var killed = Found()
        let end = Clock.monotonic() + Self.patience
        while remain, Clock.monotonic() < end {
            let left = ProcessTable.children().filter { !others.contains($0) }
            if left.isEmpty, !others.isEmpty { break }
            for pid in left { Children.signal(pid, .kill) }
            for pid in left {
                let name = ProcessTable.name(of: pid)
                if Self.collect(pid, until: end)?.isKill == true { killed.add(name) }
            }
        }
        // From now on orphans do not belong to a command.
        try? ThisProcess.setSubreaper(false)
        return killed
    }

    /// Counts those that go on. To be called when the command has been collected. From now on they are collected by the kernel,
    /// until the next command.
    func release() -> Found {
        var left = Found()
        if Children.exist { Children.collectThemselves(true) }
        for pid in ProcessTable.children() where (try? Children.collectIfExited(pid)) == nil && !others.contains(pid) {
            for member in [pid] + ProcessTable.descendants(of: pid) {
                if let row = ProcessTable.row(member), !row.isZombie { left.add(ProcessTable.name(of: member)) }
            }
        }
        try? ThisProcess.setSubreaper(false)
        return left
    }

    /// One call, and no more after most commands.
    private var remain: Bool { !others.isEmpty || Children.exist }

    /// `nil`: it has not come to its end, or was no child, or is not one any more.
    private static func collect(_ pid: ProcessID, until end: MonotonicInstant) -> ExitStatus? {
        while true {
            do throws(SystemError) {
                if let status = try Children.collectIfExited(pid) { return status }
            } catch {
                return nil
            }
            guard Clock.monotonic() < end else { return nil }
            waitForExit(of: pid, end - Clock.monotonic())
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
