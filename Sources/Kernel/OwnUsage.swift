internal import CLinux
package import Clocks
internal import Glibc

/// What this process uses.
package struct OwnUsage: Sendable {
    package let processorTime: Nanoseconds
    /// In bytes, what of it is in memory; `nil`: /proc is not mounted.
    package let memory: Int64?
    package let openFiles: Int64?

    /// Now.
    package init() {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        processorTime = Nanoseconds(Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
        memory = ProcessUsage.memory(of: ThisProcess.id)
        openFiles = Self.openFiles
    }

    /// The size of the directory says it since Linux 6.2; before that, those who want to know count.
    private static var openFiles: Int64? {
        let directory = "/proc/self/fd"
        if let size = (try? FileSystem.status(directory))?.identity.size, size > 0 { return size }
        guard let names = try? FileSystem.names(in: directory) else { return nil }
        // Without the one that reads the directory.
        return Int64(names.count - 1)
    }
}
