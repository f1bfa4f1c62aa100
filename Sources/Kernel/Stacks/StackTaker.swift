/// Takes the stacks of children that cannot be asked any more. To be used from one thread only, as ptrace(2) wants it.
package struct StackTaker {
    /// Threads that did not halt in time, because the machine is busy or the kernel holds them.
    private var stragglers: [Tracee] = []

    /// Whether registers can be read on this processor, without which there is only what /proc tells.
    package static let readsCalls: Bool = {
        #if arch(x86_64)
            true
        #else
            false
        #endif
    }()

    package init() {}

    /// Where the threads of a child are, the main one first. It takes some milliseconds, and at most about a hundred. `program`: the
    /// path of its file, as it was started.
    package mutating func take(of process: ProcessID, program: String) -> [ThreadStack] {
        let stacks = ProcessStacks(of: process, program: program)
        stragglers += stacks.stragglers
        return stacks.threads
    }

    /// Whether there are threads to let go.
    package var isAttached: Bool { !stragglers.isEmpty }

    /// Lets go of those that have halted since. To be called when there is a SIGCHLD, which tells of that too: they would stand still
    /// for ever.
    package mutating func letGo() {
        for index in stragglers.indices { stragglers[index].look() }
        stragglers.removeAll { $0.letGo() }
    }
}
