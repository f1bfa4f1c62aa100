import Clocks
import Kernel

/// Tells when a child has exited.
///
/// Not by SIGCHLD: any thread of the process that has it open takes it away, and those of other children are mixed with
/// it.
struct ExitWatch: ~Copyable {
    private let pid: ProcessID
    /// `nil` before Linux 5.3.
    private let handle: ProcessHandle?

    /// How often to look where the kernel cannot tell.
    static let interval = Nanoseconds.milliseconds(10)

    init(_ pid: ProcessID) {
        self.pid = pid
        handle = try? ProcessHandle(pid)
    }

    /// Ready when the child has exited; `nil`: look every `interval`.
    var pollHandle: PollHandle? {
        switch handle {
        case .some(let handle): handle.pollHandle
        case nil: nil
        }
    }

    /// The child stays a zombie, so that its number is nobody else's.
    func hasExited() throws(SystemError) -> Bool { try Children.hasExited(pid) }
}
