package import Clocks
internal import Glibc

extension ProcessSweep {
    /// Between two looks at those that take their time to end.
    private static let breath = Nanoseconds.milliseconds(2)

    /// Sends SIGKILL to every process that has `mark`, `NAME=value`, in the environment that it was started with, which passes on to
    /// all that a process starts; waits at most `patience` for their end. Returns how many there were.
    ///
    /// Spared are this process, `roots`, and what descends from either or is in a session that a root leads. So are processes whose
    /// environment this one may not read.
    package static func kill(
        mark: String, sparing roots: Set<ProcessID>, patience: Nanoseconds
    ) throws(SystemError) -> Int {
        let marked = MarkedProcesses(mark, sparing: roots)
        var sweep = ProcessSweep()
        // Two passes in a row: one may meet a process in the middle of an exec, which has no environment then.
        try sweep.run(over: ProcessTable.processes, quiet: 2, where: marked.contain)
        let end = Clock.monotonic() + patience
        while sweep.killed > 0, Clock.monotonic() < end,
            try ProcessTable.processes().contains(where: marked.contain)
        {
            var poll = Poll()
            try poll.wait(breath)
            try sweep.run(over: ProcessTable.processes, where: marked.contain)
        }
        return sweep.killed
    }
}

private struct MarkedProcesses {
    private let mark: ArraySlice<UInt8>
    private let roots: Set<ProcessID>
    private let ancestors: Set<ProcessID>

    /// More than the kernel lets a program have.
    private static let longestEnvironment = 16 << 20

    init(_ mark: String, sparing roots: Set<ProcessID>) {
        self.mark = Array(mark.utf8)[...]
        self.roots = roots.union([getpid()])
        // A job may have started this daemon in the place of the one before.
        var ancestors: Set<ProcessID> = []
        _ = ProcessTable.lineage(of: getpid()) { !ancestors.insert($0.parent).inserted }
        self.ancestors = ancestors
    }

    func contain(_ pid: ProcessID) -> Bool { hasMark(pid) && !isSpared(pid) }

    /// Not of a zombie, which has no environment any more.
    private func hasMark(_ pid: ProcessID) -> Bool {
        let environment = try? ProcFile.contents("/proc/\(pid)/environ", limit: Self.longestEnvironment)
        return environment?.split(separator: 0).contains { $0 == mark } ?? false
    }

    private func isSpared(_ pid: ProcessID) -> Bool {
        if ancestors.contains(pid) || roots.contains(pid) { return true }
        // Of one that has ended meanwhile: whose the process is now, the next pass will see.
        return ProcessTable.lineage(of: pid) { roots.contains($0.session) || roots.contains($0.parent) } ?? true
    }
}
