import Glibc
import Kernel

/// All processes that a test has started, however they came about: a new session or a double fork does not hide them, since
/// each inherits a variable of the environment. (A control group would do the same, for root alone.)
struct Cage {
    let marker: String

    init(name: String) { marker = "CRONSUPD_TEST=\(name)" }

    var processes: [ProcessID] { Proc.processes.filter { $0 != ThisProcess.id && holds($0) } }

    var isEmpty: Bool { processes.isEmpty }

    /// Kills what is left until there is nothing left.
    func clear() {
        for _ in 0..<50 {
            let rest = processes
            if rest.isEmpty { return }
            for pid in rest { kill(pid, SIGKILL) }
            usleep(10_000)
        }
    }

    private func holds(_ pid: ProcessID) -> Bool {
        guard let bytes = TextFile.bytes("/proc/\(pid)/environ"), !bytes.isEmpty else { return false }
        let wanted = Array(marker.utf8)
        return bytes.split(separator: 0).contains { $0.elementsEqual(wanted) }
    }
}
