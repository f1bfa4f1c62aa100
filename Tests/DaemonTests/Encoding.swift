import Clocks
import Logging
import Model

@testable import Daemon

/// 2026-11-23T02:04:06.127Z.
let someTime = WallInstant(nanoseconds: 1_795_399_446_127_000_000)

func event(_ level: Logger.Level, _ message: String) -> LogEvent {
    LogEvent(
        level: level, message: "\(message)", metadata: nil, source: "", file: "", function: "", line: 0)
}

func bytes(
    _ format: LogFormat, _ level: Logger.Level, _ message: String, _ metadata: [(key: String, value: String)] = [],
    at time: WallInstant = someTime
) -> [UInt8] {
    var encoder = LogEncoder(format)
    encoder.encode(event(level, message), metadata: metadata, at: time)
    return Array(encoder.line)
}

func line(
    _ format: LogFormat, _ level: Logger.Level, _ message: String, _ metadata: [(key: String, value: String)] = [],
    at time: WallInstant = someTime
) -> String {
    String(decoding: bytes(format, level, message, metadata, at: time), as: UTF8.self)
}

func line(_ format: LogFormat, _ tick: TickFields) -> String {
    var encoder = LogEncoder(format)
    encoder.encode(tick, tick.outcome == .ok ? .info : .error, "\(tick.outcome.title)", at: someTime)
    return String(decoding: encoder.line, as: UTF8.self)
}

func tick(
    entry: String = "app:job.heartbeat", slot: WallInstant? = WallInstant(nanoseconds: 1_795_399_446_000_000_000),
    lateness: Int64 = 127_456, duration: Int64 = 1_234_567, _ outcome: Outcome = .ok, text: String = "ok",
    fullLength: Int64? = nil
) -> TickFields {
    TickFields(
        entry: entry, pid: 42, run: 7, slot: slot, times: (Nanoseconds(lateness), Nanoseconds(duration)),
        outcome: outcome, text: text, fullLength: fullLength)
}
