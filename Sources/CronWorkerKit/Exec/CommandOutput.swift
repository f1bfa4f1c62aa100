import Clocks
import Kernel
import Shared

/// Both outputs of a command: what is logged of them, what is left out, and what is remembered.
struct CommandOutput: ~Copyable {
    private(set) var output: CommandStream
    private(set) var error: CommandStream
    private(set) var limiter: OutputLimiter
    private let services: CommandServices

    /// What a pipe holds, unless somebody has made it larger.
    static let blockSize = 64 * 1_024
    /// Read after the command's end of each pipe: all that can be its own.
    private static let mostAfterwards = 1 << 20

    init(
        output: consuming Descriptor, error: consuming Descriptor, limiter: OutputLimiter, services: CommandServices
    ) {
        self.output = CommandStream(.output, output)
        self.error = CommandStream(.error, error)
        (self.limiter, self.services) = (limiter, services)
    }

    /// When a loss is to be told of.
    var deadline: MonotonicInstant { limiter.deadline }

    mutating func readOutput(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        try Self.read(&output, into: buffer, &limiter, services)
    }

    mutating func readError(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        try Self.read(&error, into: buffer, &limiter, services)
    }

    private static func read(
        _ stream: inout CommandStream, into buffer: UnsafeMutableRawBufferPointer, _ limiter: inout OutputLimiter,
        _ services: CommandServices
    ) throws(SystemError) -> Int {
        let (name, now) = (stream.name, Clock.monotonic())
        return try stream.read(into: buffer) { line, cut in
            if limiter.admit(size: line.count + cut, at: now) { services.line(name, line, cut) }
        }
    }

    /// Reads what the pipes still hold. Others may write into them for ever.
    mutating func drain(through buffer: UnsafeMutableRawBufferPointer) throws(SystemError) {
        var rest = Self.mostAfterwards
        while rest > 0, case let count = try readOutput(into: buffer), count > 0 { rest -= count }
        rest = Self.mostAfterwards
        while rest > 0, case let count = try readError(into: buffer), count > 0 { rest -= count }
    }

    /// Logs what came behind the last newlines, and tells of a loss.
    mutating func finish() {
        Self.finish(&output, &limiter, services)
        Self.finish(&error, &limiter, services)
        reportLoss()
    }

    private static func finish(
        _ stream: inout CommandStream, _ limiter: inout OutputLimiter, _ services: CommandServices
    ) {
        let (name, now) = (stream.name, Clock.monotonic())
        stream.finish { line, cut in
            if limiter.admit(size: line.count + cut, at: now) { services.line(name, line, cut) }
        }
    }

    /// Lines that were left out, if there are any.
    mutating func reportLoss() {
        if let loss = limiter.takeLoss() { services.dropped(loss.lines, loss.bytes) }
    }
}
