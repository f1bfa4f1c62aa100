package import Clocks

/// Which boot this is: of the machine, and of the container if this process is in one, whose /run may outlive it.
package enum BootIdentity {
    /// The same text as long as neither was started again.
    package static func current() throws(SystemError) -> String {
        let machine = try ProcFile.text("/proc/sys/kernel/random/boot_id", limit: 64)
        let first = ProcessTable.row(1).map { String($0.began) } ?? "unknown"
        return "\(machine.prefix { !$0.isWhitespace }) \(first)"
    }

    /// How long ago it was; `nil`: /proc does not show it.
    package static func age(at now: MonotonicInstant) -> Nanoseconds? {
        // Ticks of a hundredth of a second, for programs (times(2)).
        ProcessTable.row(1).map { Nanoseconds(now.nanoseconds - Int64(clamping: $0.began) * 10_000_000) }
    }
}
