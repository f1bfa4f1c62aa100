package import Kernel

/// The children of a program by their process IDs, each with its owner. It is the one place where exits are collected, since the
/// kernel tells of them for all children alike.
package final class ChildTable<Owner> {
    private var owners: [ProcessID: Owner] = [:]
    private let machine: Machine

    package init(_ machine: Machine) { self.machine = machine }

    /// `nil`: nobody's, as what this process has inherited.
    package subscript(pid: ProcessID) -> Owner? {
        get { owners[pid] }
        set { owners[pid] = newValue }
    }

    package var all: [ProcessID: Owner] { owners }

    /// Calls `body` with each child that has exited, and with its owner. Its number is its own until `body` is done; then it is
    /// collected.
    package func reap(
        _ body: (ProcessID, Owner?) throws(SystemError) -> (ExitStatus) -> Void
    ) throws(SystemError) {
        while let pid = machine.peekExited() {
            let bury = try body(pid, owners[pid])
            let status = try machine.collect(pid)
            owners[pid] = nil
            bury(status)
        }
    }
}
