import CronWorkerKit
import Foundation
import Glibc
import Kernel
import Model
import TestSupport
import Testing
import Wire

@Suite("The end of a command")
struct CommandEndTests {
    private func isGone(_ pid: ProcessID) -> Bool { kill(pid, 0) == -1 && errno == ESRCH }

    private func isDead(_ pid: ProcessID) -> Bool { ProcessTable.row(pid)?.isZombie ?? true }

    private func number(_ text: some StringProtocol) throws -> ProcessID { try #require(ProcessID(text), "\(text)") }

    /// A shell's text that starts a process and says its number once that is far enough.
    private func announce(_ start: String, in directory: TemporaryDirectory, _ name: String) -> String {
        let file = "\(directory.path)/\(name)"
        return "\(start.replacing("FILE", with: file)); until [ -s \(file) ]; do :; done; "
    }

    // MARK: What it leaves behind

    @Test(
        "is the end of all that it started, in whatever group or session",
        arguments: [
            "sh -c 'echo $$ >FILE; exec sleep 1000' &",
            "sh -c 'trap \"\" TERM HUP INT; echo $$ >FILE; while :; do sleep 1000; done' &",
            "setsid sh -c 'echo $$ >FILE; exec sleep 1000' &",
            "setsid -f sh -c 'echo $$ >FILE; exec sleep 1000'",
            "setsid -f sh -c 'setsid -f sh -c \"echo \\$\\$ >FILE; exec sleep 1000\"; exec sleep 1000'",
            "setsid -f sh -c '(sleep 1000 & sleep 1000 & sleep 1000 & echo $! >FILE; wait)'",
            "bash -c 'set -m; sleep 1000 & echo $! >FILE; kill -STOP $!'",
        ])
    func leftovers(start: String) throws {
        let directory = try TemporaryDirectory()
        let text = announce(start.hasSuffix("&") ? start + " :" : start, in: directory, "pid")
        let result = try shell(text + "cat \(directory.path)/pid")
        let outcome = try #require(result.outcome)
        #expect(isGone(try number(outcome.dropFirst(3))))
        #expect(result.after == result.before)
        #expect(result.lines.count { $0.hasPrefix("killed ") } == 1)
    }

    @Test(
        "is told of with the number of those that had to be killed, and a name",
        arguments: [
            ("sleep 1000 & echo done", "1 sleep"), ("sleep 1000 & sleep 1000 & echo done", "2 sleep"),
            ("setsid -f sleep 1000; echo done", "1 sleep"), ("echo done", nil),
        ])
    func killed(text: String, told: String?) throws {
        let result = try shell(text)
        #expect(result.outcome == "ok done")
        let lines = result.lines.filter { $0.hasPrefix("killed ") }.map { $0.dropFirst(7) }
        // One that was not `sleep` yet has another name.
        #expect(lines.map { $0.prefix(1) } == [told].compactMap { $0?.prefix(1) })
    }

    @Test("leaves what it has started, counts it once, and takes the daemon's mark from it")
    func left() throws {
        let directory = try TemporaryDirectory()
        let file = "\(directory.path)/pids"
        let text = """
            exec 3>&1 >/dev/null 2>&1
            sleep 1000 3>&- & echo $! >>\(file)
            setsid -f sh -c 'echo $$ >>\(file); exec sleep 1000' 3>&-
            until [ $(($(wc -l <\(file)) % 2)) = 0 ]; do :; done
            echo ${CRONSUPD_INSTANCE-none} >&3
            """
        let environment = HostProcess.environment + ["CRONSUPD_INSTANCE=here"]
        let result = try HostProcess(["--leave", "--runs", "3", "--text", text], environment: environment).finish()
        let pids = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").compactMap { ProcessID($0) }
        defer { for pid in pids { kill(pid, SIGKILL) } }
        #expect(result.outcome == "ok none")
        let told = result.lines.filter { $0.hasPrefix("left behind ") }.map { $0.dropFirst(12).prefix(1) }
        #expect(told == ["2", "2", "2"])
        #expect(pids.count == 6 && pids.allSatisfy { !isDead($0) })
    }

    @Test("spares the children of others")
    func siblings() throws {
        for text in ["echo done", "sleep 1000 & setsid -f sleep 1000; echo done"] {
            let result = try HostProcess(["--sibling", "--runs", "3", "--text", text]).finish()
            #expect(result.outcome == "ok done")
            #expect(result.after == result.before)
            #expect(result.after?.split(separator: " ")[1] == "1")
        }
    }

    @Test("leaves what another thread has started meanwhile to that thread, whether it runs or has exited")
    func otherThreads() throws {
        let result = try HostProcess(["--thread", "--text", "echo go; (sleep 1000 &); (/bin/true &); echo done"])
            .finish()
        #expect(result.outcome == "ok done")
        #expect(result.lines.contains("others runs exited"), "\(result.lines)")
    }

    /// The command looks at its parent's children until only itself and those of others are left.
    @Test("need not come for orphans that have exited to be collected", arguments: [[], ["--sibling"]])
    func orphans(options: [String]) throws {
        let result = try shell(
            """
            i=0; while [ $i -lt 200 ]; do (/bin/true &); i=$((i + 1)); done
            n=0
            until set -- $(cat /proc/$PPID/task/$PPID/children) && [ $# -le \(options.count + 1) ]; do
                n=$((n + 1)); [ $n -lt 3000 ] || { echo "$# are left"; exit 9; }
            done
            echo collected
            """, options)
        #expect(result.outcome == "ok collected")
        #expect(result.after == result.before)
    }

    @Test("leaves no descriptor, no zombie and no blocked signal, however often")
    func manyRuns() throws {
        let runs = LongTests.size(500, long: 10_000)
        let result = try HostProcess(["--quiet", "--runs", "\(runs)", "--stdin", "x", "--", "cat"]).finish()
        #expect(result.outcome == "ok x")
        #expect(result.loggedCount[0] + result.droppedCount[0] == runs)
        #expect(result.after == result.before)
        #expect(result.after?.hasSuffix(" 0 0000000000000000") == true)
        let refused = try HostProcess(["--runs", "\(runs)", "--", "/nowhere/program"]).finish()
        #expect(refused.after == refused.before)
    }

    // MARK: A worker that is to end

    @Test(
        "comes with the worker's: a signal is passed on, waited for, and the worker's end",
        arguments: [(SIGTERM, "TERM"), (SIGINT, "INT"), (SIGHUP, "HUP")])
    func termination(signal: Int32, name: String) throws {
        let text = "trap 'echo got it; echo left; exit 0' \(name); sleep 1000 & echo ready; wait"
        let host = try HostProcess(["--text", text])
        _ = try host.wait(for: "line stdout 0 ready")
        host.signal(signal)
        let result = try host.finish()
        #expect(result.status == .signaled(signal, dumpedCore: false))
        #expect(result.logged == ["stdout 0 ready", "stdout 0 got it", "stdout 0 left"])
        #expect(result.outcome == nil)
    }

    @Test("takes along what ignores SIGTERM, when the worker ends by it")
    func stubborn() throws {
        let directory = try TemporaryDirectory()
        let start = "setsid -f sh -c 'trap \"\" TERM; echo $$ >FILE; while :; do sleep 1000; done'"
        let end = "echo ready $(cat \(directory.path)/pid); exec sleep 1000"
        let host = try HostProcess(["--text", announce(start, in: directory, "pid") + end])
        let pid = try number(try host.wait(for: "line stdout 0 ready "))
        #expect(!isDead(pid))
        host.signal(SIGTERM)
        #expect(try host.finish().status == .signaled(SIGTERM, dumpedCore: false))
        #expect(isGone(pid))
    }

    @Test("comes at any moment of a worker's life")
    func anyMoment() throws {
        for _ in 0..<30 {
            let host = try HostProcess(["--quiet", "--runs", "1000000", "--", "/bin/true"])
            _ = try host.wait(for: "before")
            host.signal(SIGTERM)
            let result = try host.finish()
            #expect(result.status == .signaled(SIGTERM, dumpedCore: false))
            #expect(result.outcome == nil)
        }
    }

    @Test("comes with a worker that is killed")
    func killed() throws {
        let host = try HostProcess(["--text", "echo ready $$; exec sleep 1000"])
        let pid = try number(try host.wait(for: "line stdout 0 ready "))
        host.signal(SIGKILL)
        #expect(eventually { isDead(pid) })
    }

    @Test("is no condition for an answer to the daemon, and comes at once if that breaks the protocol")
    func control() throws {
        let host = try HostProcess(["--control", "--text", "echo ready $$; sleep 1000 & wait"])
        let pid = try number(try host.wait(for: "line stdout 0 ready "))
        try host.tell("hello\n")
        #expect(try host.wait(for: "control ") == "hello")
        #expect(!isDead(pid))
        try host.tell("stop\n")
        let result = try host.finish()
        #expect(result.outcome == "threw ControlFailure()")
        #expect(isGone(pid))
    }

    @Test("cannot come by a thread that ends: it is started by the main thread alone")
    func thread() async throws {
        let services = NoServices(reports: try Pipe.open(nonblocking: .both).writer.pollHandle)
        var limiter = OutputLimiter()
        #expect(throws: CommandRun.WrongThread.self) {
            _ = try CommandRun(ExecCommand(.arguments(["true"])), directory: "/").run(services, limiter: &limiter)
        }
    }
}

private struct NoServices: CommandServices {
    var control: PollHandle? { nil }
    let reports: PollHandle
    var limit: CommandLimit? { nil }

    func serveControl() {}
    func flush() -> Bool { true }
    func take(_ line: UnsafeRawBufferPointer, cut: Int, from stream: Report.Output.Stream) -> Bool { true }
    func killed(_ count: Int, program: String) {}
    func left(_ count: Int, program: String) {}
    func lose(lines: Int, bytes: Int) {}
}
