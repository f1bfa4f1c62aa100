import CLinux
internal import Glibc

/// A thread of this process (gettid(2)).
package struct ThreadID: Hashable, Sendable {
    let number: pid_t

    /// The thread that the process began with, which lives as long as the process does.
    package static var main: ThreadID { ThreadID(number: getpid()) }
    /// The thread that asks.
    package static var current: ThreadID { ThreadID(number: clinux_thread_id()) }
}
