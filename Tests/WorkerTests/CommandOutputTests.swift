import Kernel
import TestSupport
import Testing

@Suite("The output of a command")
struct CommandOutputTests {
    @Test("is logged line by line with the name of its stream, the last one without a newline too")
    func lines() throws {
        let result = try shell("printf 'one\\n\\ntwo'; printf 'bad\\nworse' >&2")
        let byStream = ["stdout", "stderr"].map { stream in result.logged.filter { $0.hasPrefix(stream) } }
        #expect(byStream == [["stdout 0 one", "stdout 0 ", "stdout 0 two"], ["stderr 0 bad", "stderr 0 worse"]])
        #expect(result.loggedCount == [5, 14])
    }

    @Test("may have lines of any length and any bytes; long ones are cut and say by how much")
    func longLines() throws {
        let result = try shell("printf 'x%.0s' $(seq 5000); printf '\\n\\000\\377\\n'")
        let cut = String(repeating: "x", count: 2_048)
        #expect(result.logged == ["stdout 2952 \(cut)", "stdout 0 \u{0}\u{FFFD}"])
        #expect(try shell("printf 'x%.0s' $(seq 5000)").outcome == "ok \(cut)")
    }

    @Test("is read at full speed and in little memory, and what is not logged is counted exactly")
    func volume() throws {
        let lines = LongTests.size(250_000, long: 1_250_000)
        let line = String(repeating: "0123456789", count: 8).dropLast()
        let text = "yes \(line) | head -c \(lines * 80); echo end"
        let result = try HostProcess(["--quiet", "--text", text]).finish()
        let (logged, dropped) = (result.loggedCount, result.droppedCount)
        try #require(logged.count == 2 && dropped.count == 2, "\(result)")
        #expect(logged[0] + dropped[0] == lines + 1)
        #expect(logged[1] + dropped[1] == lines * 79 + 3)
        #expect(logged[0] >= 1_000 && dropped[0] > lines / 2)
        #expect(result.outcome == "ok end")
        #expect(try #require(result.memory) < 48 * 1_024)
    }

    @Test("has one limit for all runs of a job")
    func limit() throws {
        let result = try HostProcess(["--quiet", "--runs", "4", "--text", "seq 900"]).finish()
        let (logged, dropped) = (result.loggedCount[0], result.droppedCount[0])
        #expect(logged + dropped == 3_600)
        #expect(try #require(result.left) < 900, "the second run has what the first has left")
        let short = try HostProcess(["--quiet", "--text", "seq 300"]).finish()
        #expect(try #require(short.left) >= 700)
    }

    @Test("has its last lines past the limit too, after the number of those before them that are left out")
    func tail() throws {
        let result = try shell("seq 5000; echo reason", ["--tail", "5"])
        let lines = result.logged.map { $0.dropFirst("stdout 0 ".count) }
        #expect(lines.prefix(1_000).elementsEqual((1...1_000).map { "\($0)" }))
        #expect(lines.suffix(5) == ["4997", "4998", "4999", "5000", "reason"])
        #expect(lines.count + result.droppedCount[0] == 5_001)
    }

    @Test("waits for a daemon that reads slowly, and not for one that does not read at all")
    func room() throws {
        let slow = try HostProcess(["--quiet", "--room", "10", "--text", "seq 900; echo last >&2"]).finish()
        #expect(slow.loggedCount[0] == 901 && slow.droppedCount == [0, 0])
        let stalled = try HostProcess(["--quiet", "--room", "0", "--text", "seq 900; echo last; exit 3"]).finish()
        #expect(stalled.loggedCount == [0, 0] && stalled.droppedCount == [901, 2_596])
        #expect(stalled.outcome == "failed exit 3: last")
    }

    @Test("that is written right before the exit is there, each time")
    func beforeExit() throws {
        let result = try HostProcess(["--quiet", "--runs", "300", "--text", "echo out; echo err >&2"]).finish()
        #expect(result.loggedCount == [600, 1_800])
    }

    @Test("that its children write later is not waited for, even if it never ends")
    func afterwards() throws {
        let late = try shell("(sleep 1000; echo late) & echo done")
        #expect(late.logged == ["stdout 0 done"])
        #expect(late.outcome == "ok done")
        let endless = try HostProcess(["--quiet", "--text", "yes & yes >&2 & echo done"]).finish()
        #expect(endless.outcome?.hasPrefix("ok ") == true)
        #expect(endless.after == endless.before)
    }
}
