internal import CLinux
package import Clocks

/// Ends this process by SIGKILL when its moment comes, as long as this is there. The kernel does it, whatever the process is busy
/// with; there is no thread and no handler. What the process starts does not inherit it.
package struct KillTimer: ~Copyable {
    private let number: Int32

    package init(at moment: MonotonicInstant) throws(SystemError) {
        var number: Int32 = 0
        try systemCall("timer_create", "SIGKILL") { unsafe clinux_kill_at(moment.nanoseconds, &number) }
        self.number = number
    }

    deinit { clinux_delete_timer(number) }
}
