internal import Glibc

extension ControlGroup {
    /// Passes over the list, where the kernel cannot kill a group by itself: more than a process needs that forks as fast as it can.
    private static let mostPasses = 32

    /// Sends SIGKILL to every process in it and below it, also to those that are just being forked. They take a moment to go.
    package func kill() throws(SystemError) {
        do throws(SystemError) {
            try write("1", to: "cgroup.kill")
        } catch {
            // The file came with Linux 5.14.
            guard error.code == ENOENT, exists else { throw error }
            try killOneByOne()
        }
    }

    func killOneByOne() throws(SystemError) {
        for name in try children() { try child(name).killOneByOne() }
        var killed: Set<ProcessID> = []
        for _ in 0..<Self.mostPasses {
            let found = try processes().filter { !killed.contains($0) }
            if found.isEmpty { return }
            for pid in found { kill(pid) }
            killed.formUnion(found)
        }
    }

    /// The number may have become another's since the list was read: a process that is still in the list once there is
    /// a handle for it is the right one.
    private func kill(_ pid: ProcessID) {
        let handle = try? ProcessHandle(pid)
        guard let listed = try? processes(), listed.contains(pid) else { return }
        if let handle { handle.kill() } else { Children.signal(pid, .kill) }
    }
}
