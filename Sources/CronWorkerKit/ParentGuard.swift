import Kernel

/// Sees to it that the worker does not outlive its daemon by more than its current run.
///
/// The closed control pipe says so already; the kernel's parent-death signal also reaches a worker that is stuck. It is
/// taken back during a run, which may finish.
struct ParentGuard {
    /// `nil`: nobody supervises, as in a terminal.
    private let supervisor: ProcessID?

    init(supervisor: ProcessID?) throws(SystemError) {
        self.supervisor = supervisor
        if supervisor != nil { try ThisProcess.setParentDeathSignal(.kill) }
    }

    /// Compared with the process ID that was handed over: in a container a parent may well have the number 1.
    func parentLives() -> Bool { supervisor.map { ThisProcess.parentID == $0 } ?? true }

    func suspend() { if supervisor != nil { try? ThisProcess.setParentDeathSignal(nil) } }

    /// The parent may have died in the run, without a signal: `parentLives` is asked before the next slot.
    func resume() { if supervisor != nil { try? ThisProcess.setParentDeathSignal(.kill) } }
}
