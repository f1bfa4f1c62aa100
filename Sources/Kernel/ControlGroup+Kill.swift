internal import Glibc

extension ControlGroup {
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
        var sweep = ProcessSweep()
        try sweep.run(over: processes) { pid in (try? processes())?.contains(pid) ?? false }
    }
}
