import Clocks
import Glibc
import Kernel
import Logging
import TestSupport
import Testing

@testable import Daemon

/// A terminal of another user, without a reader but for the test.
private final class StrangersTerminal {
    let master: CInt
    let name: String

    init() throws {
        master = Glibc.open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)
        var (lock, number) = (CInt(0), CInt(-1))
        // TIOCSPTLCK and TIOCGPTN (ioctl_tty(2)), which have no names in Swift.
        try #require(ioctl(master, 0x4004_5431, &lock) == 0 && ioctl(master, 0x8004_5430, &number) == 0)
        name = "/dev/pts/\(number)"
    }

    deinit { close(master) }

    /// Passed on open, it cannot be opened again, as after su(1).
    func passOn() throws -> OutputStream {
        let terminal = try Descriptor.open(updating: name)
        var settings = termios()
        tcgetattr(master, &settings)
        cfmakeraw(&settings)
        try #require(tcsetattr(master, TCSANOW, &settings) == 0)
        // Of this thread alone (setfsuid(2)), which Swift's Glibc lacks.
        let symbol = try #require(dlsym(nil, "setfsuid"))
        let setUser = unsafeBitCast(symbol, to: (@convention(c) (uid_t) -> CInt).self)
        _ = setUser(65_534)
        defer { _ = setUser(0) }
        try #require(Glibc.open(name, O_WRONLY | O_NOCTTY | O_CLOEXEC) == -1)
        return try OutputStream(sharing: terminal)
    }

    /// What it has shown since the last call.
    func read() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = Glibc.read(master, &bytes, bytes.count)
        return Array(bytes[..<max(0, count)])
    }
}

@Suite(
    "The log on a terminal of another user that takes nothing", .enabled(if: getuid() == 0, "needs root"),
    .timeLimit(.minutes(1)))
struct StalledTerminalTests {
    private func sink(_ terminal: StrangersTerminal) throws -> LogSink {
        LogSink(try terminal.passOn(), format: .logfmt, capacity: 1 << 22)
    }

    @Test("never waits for it, and loses nothing")
    func lines() throws {
        let terminal = try StrangersTerminal()
        let sink = try sink(terminal)
        // More than terminal and socket hold together.
        let count = 20_000
        for number in 0..<count { sink.write(.info, "line\(number)", [:], .record) }
        #expect(sink.isBacklogged)
        var shown: [UInt8] = []
        let end = Array("message=line\(count - 1)\n".utf8)
        let isAll = eventually {
            shown += terminal.read()
            sink.flush()
            return shown.suffix(end.count) == end[...]
        }
        #expect(isAll)
        let lines = String(decoding: shown, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == count && lines.enumerated().allSatisfy { $1.hasSuffix("message=line\($0)") })
    }

    @Test("has what was written before the end, if it takes it")
    func finish() throws {
        let terminal = try StrangersTerminal()
        let sink = try sink(terminal)
        sink.write(.info, "last", [:], .record)
        #expect(sink.finish(patience: .seconds(30)) == nil)
        // What a terminal was given it shows a moment later.
        var shown: [UInt8] = []
        let isShown = eventually {
            shown += terminal.read()
            return shown.last == UInt8(ascii: "\n")
        }
        #expect(isShown && String(decoding: shown, as: UTF8.self).hasSuffix("message=last\n"))
    }

    @Test("ends in time where it takes nothing")
    func patience() throws {
        let terminal = try StrangersTerminal()
        let sink = try sink(terminal)
        for number in 0..<20_000 { sink.write(.info, "line\(number)", [:], .record) }
        #expect(sink.isBacklogged)
        #expect(sink.finish(patience: .milliseconds(10)) != nil)
    }
}
