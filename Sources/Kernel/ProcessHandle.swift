internal import CLinux
internal import Glibc

/// One certain process, which no other can take the place of (pidfd_open(2)). It is ready for reading once the process
/// has exited.
package struct ProcessHandle: ~Copyable {
    private let descriptor: Descriptor

    /// Fails with ESRCH if there is no such process, with ENOSYS before Linux 5.3.
    package init(_ pid: ProcessID) throws(SystemError) {
        descriptor = Descriptor(owning: try systemCall("pidfd_open", "process \(pid)") { clinux_pidfd_open(pid) })
    }

    package var pollHandle: PollHandle { descriptor.pollHandle }

    /// One that has exited meanwhile is no error.
    package func kill() { send(.kill) }

    package func send(_ signal: Signal) { _ = clinux_pidfd_kill(descriptor.raw, signal.rawValue) }
}
