import Glibc
import Kernel
import Logging
import TestSupport
import Testing

@testable import Daemon

@Suite("The log")
struct LogSinkTests {
    private static func sink(_ pipe: TestPipe, capacity: Int) throws -> LogSink {
        LogSink(try OutputStream(sharing: try pipe.takeWriter()), format: .logfmt, capacity: capacity)
    }

    @Test("writes a line at once while its reader keeps up")
    func plain() throws {
        let pipe = try TestPipe()
        let sink = try Self.sink(pipe, capacity: 1_000)
        sink.write(.info, "one", [:], .record)
        #expect(!sink.isBacklogged)
        #expect(messages(try pipe.read()) == ["one"])
    }

    @Test("waits for no reader, loses what its bound does not hold, and says exactly how much when the reader is back")
    func stall() throws {
        let pipe = try TestPipe()
        let sink = try Self.sink(pipe, capacity: 10_000)
        let written = stallLines()
        for (message, rank) in written { sink.write(.info, message, [:], rank) }
        #expect(sink.isBacklogged)
        let received = messages(try drain(sink, pipe))

        let loss = try #require(received.last)
        let lost = written.map(\.message).filter { !Set(received).contains($0) }
        #expect(loss == "Log lines dropped lines=\(lost.count) output=\(lost.count)")
        #expect(lost.allSatisfy { $0.hasPrefix("o") })
        #expect(Array(received.dropLast()) == written.map(\.message).filter { !lost.contains($0) })
    }

    /// The file's bound stands in the place of a full disk, where a file cannot be waited for (setrlimit(2)).
    @Test("counts each line exactly that a full disk has cost, the one that comes when there is room again apart")
    func fullDisk() async {
        await #expect(processExitsWith: .success) { try logOnFullDisk() }
    }

    /// More than pipe and backlog hold together, most of it output.
    private func stallLines() -> [(message: String, rank: LogSink.Rank)] {
        (0..<3_000).map { number in
            switch number % 100 {
            case 0: ("r\(number)", .record)
            case 1: ("t\(number)", .tick)
            default: ("o\(number)", .output)
            }
        }
    }

    @Test("has one line after the other also where a line is taken in parts")
    func parts() throws {
        let pipe = try TestPipe()
        let sink = try Self.sink(pipe, capacity: 1 << 20)
        let long = (0..<40).map { String(repeating: "\($0 % 10)", count: 5_001) }
        for message in long { sink.write(.info, message, [:], .record) }
        #expect(sink.isBacklogged)
        #expect(messages(try drain(sink, pipe, atOnce: 4_096)) == long)
    }

    @Test("goes on without a word when its reader is gone", arguments: [1, 5_001])
    func closed(length: Int) throws {
        let pipe = try TestPipe()
        let sink = try Self.sink(pipe, capacity: 100_000)
        let message = String(repeating: "x", count: length)
        while !sink.isBacklogged { sink.write(.info, message, [:], .record) }
        pipe.closeReader()
        let isGone = eventually {
            sink.flush()
            return !sink.isBacklogged
        }
        #expect(isGone)
        sink.write(.info, message, [:], .record)
        #expect(!sink.isBacklogged)
    }

    @Test("goes on without a word when its terminal was hung up, which always looks as if it had room")
    func hungUp() throws {
        let terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var (lock, number) = (CInt(0), CInt(-1))
        // TIOCSPTLCK and TIOCGPTN (ioctl_tty(2)), which have no names in Swift.
        try #require(ioctl(terminal, 0x4004_5431, &lock) == 0 && ioctl(terminal, 0x8004_5430, &number) == 0)
        let name = "/dev/pts/\(number)"
        let sink = LogSink(try OutputStream(sharing: try Descriptor.open(updating: name)), format: .logfmt)
        sink.write(.info, "one", [:], .record)
        #expect(!sink.isBacklogged)
        close(terminal)
        sink.write(.info, "two", [:], .record)
        #expect(!sink.isBacklogged)
    }

    @Test("can be waited for while lines are kept back")
    func polling() throws {
        let pipe = try TestPipe()
        let sink = try Self.sink(pipe, capacity: 100_000)
        var poller = try Poller(capacity: 4)
        while !sink.isBacklogged { sink.write(.info, "m", [:], .record) }
        #expect(try sink.register(with: poller, token: 9))
        #expect(try poller.readyTokens() == [])
        _ = try pipe.read()
        #expect(try poller.readyTokens() == [9])
        sink.unregister(from: poller)
        #expect(try poller.readyTokens() == [])
    }

    /// Reads and flushes in turn until nothing is left.
    private func drain(_ sink: LogSink, _ pipe: TestPipe, atOnce limit: Int = .max) throws -> [UInt8] {
        var bytes = try pipe.read(atMost: limit)
        while sink.isBacklogged {
            sink.flush()
            bytes += try pipe.read(atMost: limit)
        }
        return bytes + (try pipe.read())
    }

    /// What stands behind `message=` in each line, without its quotes.
    private func messages(_ bytes: [UInt8]) -> [String] {
        String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { line in
            String(line.split(separator: "message=", maxSplits: 1)[1].filter { $0 != "\"" })
        }
    }
}

extension Poller {
    fileprivate mutating func readyTokens() throws -> [UInt64] {
        var ready: [Readiness] = []
        _ = try wait(milliseconds: 0, into: &ready)
        return ready.map(\.token)
    }
}

@Suite("The log of the daemon and of job functions")
struct CronLogTests {
    @Test("has the fields of functions in one order, whatever order they were given in, and its own as they are")
    func order() throws {
        let pipe = try TestPipe()
        let sink = LogSink(try OutputStream(sharing: try pipe.takeWriter()), format: .logfmt)
        let log = CronLog(sink, level: .info)
        log.functions.info("m", metadata: ["zebra": "1", "error": "2", "apple": "3", "entry": "a:b", "pid": "5"])
        log.write(.info, "TICK", tick(slot: nil).fields(isDetailed: true), rank: .tick)
        log.functions.debug("not asked for")
        log.write(.debug, "not asked for")
        let lines = String(decoding: try pipe.read(), as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.hasSuffix("level=INFO message=m entry=a:b pid=5 error=2 apple=3 zebra=1") == true)
        #expect(
            lines.last?.contains("message=TICK entry=app:job.heartbeat pid=42 run=7 attempt=1 lateness_us=127") == true)
    }
}

/// In a process of its own, whose files are bounded for a while.
private func logOnFullDisk() throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/log"
    signal(SIGXFSZ, SIG_IGN)
    var limit = rlimit()
    getrlimit(.init(RLIMIT_FSIZE.rawValue), &limit)
    let whole = limit
    limit.rlim_cur = 1_000
    setrlimit(.init(RLIMIT_FSIZE.rawValue), &limit)
    let sink = LogSink(
        try OutputStream(sharing: try Descriptor.create(path)), format: .logfmt, capacity: 2_000)
    let count = 200
    for number in 0..<count - 1 { sink.write(.info, "line\(number)", [:], .record) }
    limit = whole
    setrlimit(.init(RLIMIT_FSIZE.rawValue), &limit)
    sink.write(.info, "line\(count - 1)", [:], .record)
    let log = String(decoding: try #require(try FileSystem.contents(of: path, limit: 1 << 20)).bytes, as: UTF8.self)
    let lines = log.split(separator: "\n")
    let lost = count - lines.count { $0.contains("message=line") }
    #expect(lost > 0)
    #expect(lines.count { $0.contains("Log lines dropped") } == 1)
    #expect(lines.contains { $0.hasSuffix("message=\"Log lines dropped\" lines=\(lost) records=\(lost)") })
    #expect(lines.last?.hasSuffix("message=line\(count - 1)") == true)
}
