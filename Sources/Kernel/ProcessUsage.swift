package import Clocks
internal import Glibc

/// What a process uses, with all that descends from it.
package struct ProcessUsage: Hashable, Sendable {
    /// What it has had of the processors. Of processes that have ended meanwhile a control group alone knows.
    package let processorTime: Nanoseconds
    /// In bytes.
    package let memory: Int64

    /// `group`: whether a control group is one for the process alone. `nil`: there is no such process.
    package init?(of pid: ProcessID, in group: (ControlGroup) -> Bool) {
        guard ProcessTable.row(pid) != nil else { return nil }
        let own = (try? ControlGroup.of(pid)).flatMap { group($0) ? $0 : nil }
        let family = [pid] + ProcessTable.descendants(of: pid)
        let time = family.reduce(Nanoseconds.zero) { $0 + (ProcessTable.row($1)?.processorTime ?? .zero) }
        processorTime = own?.processorTime ?? time
        memory = own?.memory ?? family.reduce(0) { $0 + (Self.memory(of: $1) ?? 0) }
    }

    /// What is in memory of it.
    static func memory(of pid: ProcessID) -> Int64? {
        let words = (try? ProcFile.text("/proc/\(pid)/statm"))?.split(separator: " ")
        guard let words, words.count > 1, let pages = Int64(words[1]) else { return nil }
        return pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
    }
}

extension ControlGroup {
    /// That of a process that this one may look at.
    static func of(_ pid: ProcessID) throws -> ControlGroup {
        try locate(mounts: ProcFile.text("/proc/self/mountinfo"), membership: ProcFile.text("/proc/\(pid)/cgroup"))
    }

    /// `nil`: the kernel does not tell.
    fileprivate var processorTime: Nanoseconds? {
        let lines = (try? read("cpu.stat"))?.split(separator: "\n") ?? []
        let word = lines.first { $0.hasPrefix("usage_usec ") }?.split(separator: " ").last
        return word.flatMap { Int64($0) }.map { Nanoseconds($0 * 1_000) }
    }

    /// `nil`: it has no controller for that.
    fileprivate var memory: Int64? {
        (try? read("memory.current")).flatMap { Int64($0.split(separator: "\n").first ?? "") }
    }
}
