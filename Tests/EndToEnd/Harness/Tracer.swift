import Kernel
import Testing

/// strace(1), which makes a program's system calls fail as it is told.
enum Tracer {
    static let need: Comment = "needs strace, and the right to trace"

    /// Some containers have the program and forbid the call.
    static let isAvailable: Bool = {
        let probe = try? ChildProcess(
            wrapper(failing: "getppid", with: "EPERM", turns: "1") + ["/bin/true"], environment: [],
            output: "/dev/null", errors: "/dev/null")
        guard let probe else { return false }
        try? wait("the probe") { probe.hasExited }
        return probe.exitStatus == .exited(code: 0)
    }()

    /// A command in front of another's that makes calls fail: each of `calls`, with `error`, when its turn is one of `turns`
    /// (`3+2`: the third, and from then on every second). Of the program itself alone and not of what it starts. The program
    /// is the child of whoever starts the command, as without it.
    static func wrapper(failing calls: String, with error: String, turns: String) -> [String] {
        wrapper(calls, "error=\(error)", turns)
    }

    /// As the other: the calls succeed, after so much time.
    static func wrapper(delaying calls: String, milliseconds: Int, turns: String) -> [String] {
        wrapper(calls, "delay_enter=\(milliseconds * 1_000)", turns)
    }

    private static func wrapper(_ calls: String, _ fault: String, _ turns: String) -> [String] {
        [
            "/usr/bin/strace", "-D", "-qq", "-o", "/dev/null", "-e", "trace=\(calls)", "-e",
            "inject=\(calls):\(fault):when=\(turns)",
        ]
    }
}
