import Clocks
import Kernel
import Wire

/// Both outputs of a command: what is logged of them, and what is remembered.
struct CommandOutput: ~Copyable {
    private(set) var output: CommandStream
    private(set) var error: CommandStream
    private(set) var log: CommandLog

    /// What a pipe holds, unless somebody has made it larger.
    static let blockSize = 64 * 1_024
    /// Read after the command's end of each pipe: all that can be its own.
    private static let mostAfterwards = 1 << 20

    init(output: consuming Descriptor, error: consuming Descriptor, log: CommandLog) {
        self.output = CommandStream(.standardOutput, output)
        self.error = CommandStream(.standardError, error)
        self.log = log
    }

    mutating func readOutput(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        try Self.read(&output, into: buffer, &log)
    }

    mutating func readError(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        try Self.read(&error, into: buffer, &log)
    }

    private static func read(
        _ stream: inout CommandStream, into buffer: UnsafeMutableRawBufferPointer, _ log: inout CommandLog
    ) throws(SystemError) -> Int {
        let (name, now) = (stream.name, Clock.monotonic())
        return try stream.read(into: buffer) { log.take($0, cut: $1, from: name, at: now) }
    }

    /// Reads what the pipes still hold. Others may write into them for ever.
    mutating func drain(through buffer: UnsafeMutableRawBufferPointer) throws(SystemError) {
        var rest = Self.mostAfterwards
        while rest > 0, case let count = try readOutput(into: buffer), count > 0 { rest -= count }
        rest = Self.mostAfterwards
        while rest > 0, case let count = try readError(into: buffer), count > 0 { rest -= count }
    }

    /// Logs what came after the last newlines, and all that waits.
    mutating func finish() {
        Self.finish(&output, &log)
        Self.finish(&error, &log)
        log.finish(at: Clock.monotonic())
    }

    private static func finish(_ stream: inout CommandStream, _ log: inout CommandLog) {
        let (name, now) = (stream.name, Clock.monotonic())
        stream.finish { log.take($0, cut: $1, from: name, at: now) }
    }

    /// Hands over what waits if it is time.
    mutating func handOver(at now: MonotonicInstant) { if deadline <= now { log.handOver(at: now) } }

    /// When it is time for that; `.distantFuture` if nothing waits.
    var deadline: MonotonicInstant { log.deadline }
}
