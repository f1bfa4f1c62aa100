import Glibc
import Kernel

/// PID namespaces, in which a program is PID 1 as in a container (pid_namespaces(7)).
enum Namespaces {
    /// `--kill-child`: with `unshare` everything in there ends, whatever happens.
    static let newProcessNamespace = [
        "/usr/bin/unshare", "--pid", "--fork", "--mount-proc", "--kill-child",
    ]

    /// A command that becomes the one that follows, which sees `/run` as this script makes it.
    static func withRun(_ script: String) -> [String] {
        ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", "\(script) && exec \"$@\"", "sh"]
    }

    static let areAvailable: Bool = {
        let probe = try? ChildProcess(
            newProcessNamespace + ["/bin/true"], environment: [], output: "/dev/null", errors: "/dev/null")
        guard let probe else { return false }
        try? wait("the probe") { probe.hasExited }
        return probe.exitStatus == .exited(code: 0)
    }()
}
