import Clocks
import Logging
import Model
import Turns
import Values

@testable import Daemon

/// 2026-11-23T02:04:06.127Z.
let someTime = WallInstant(nanoseconds: 1_795_399_446_127_000_000)

func bytes(
    _ format: LogFormat, _ level: Logger.Level, _ message: String, _ metadata: [(key: String, value: String)] = [],
    at time: WallInstant = someTime
) -> [UInt8] {
    var encoder = LogEncoder(format)
    encoder.encode(level, message, fields(metadata), at: time)
    return Array(encoder.line)
}

func line(
    _ format: LogFormat, _ level: Logger.Level, _ message: String, _ metadata: [(key: String, value: String)] = [],
    at time: WallInstant = someTime
) -> String {
    String(decoding: bytes(format, level, message, metadata, at: time), as: UTF8.self)
}

extension LogFormat {
    /// Those of which a record is one line.
    static let lines: [LogFormat] = [.text, .logfmt, .json]
}

/// As those of a job function.
func fields(_ pairs: [(key: String, value: String)]) -> LogFields {
    var fields: LogFields = [:]
    for (key, value) in pairs { fields.add(key, LogKey.value(of: key, value)) }
    return fields
}

func line(_ format: LogFormat, _ tick: Tick) -> String {
    var encoder = LogEncoder(format)
    let outcome = tick.booking.outcome
    encoder.encode(
        outcome == .ok ? .info : .error, outcome.title, tick.fields(isDetailed: format.isDetailed),
        at: someTime)
    return String(decoding: encoder.line, as: UTF8.self)
}

/// The booking of a run, and what its record says besides.
struct Tick {
    let booking: Booking
    let entry: EntryID
    let slot: WallInstant?

    func fields(isDetailed: Bool) -> LogFields {
        booking.fields(booking.run!, entry: entry, pid: 42, slot: slot, isDetailed: isDetailed)
    }
}

func tick(
    entry: String = "app:job.heartbeat", slot: WallInstant? = WallInstant(nanoseconds: 1_795_399_446_000_000_000),
    lateness: Int64 = 127_456, duration: Int64 = 1_234_567, _ outcome: Outcome = .ok, text: String = "ok",
    fullLength: Int64? = nil
) -> Tick {
    let run = Booking.Run(
        number: 7, began: someTime, lateness: Nanoseconds(lateness), duration: Nanoseconds(duration), text: text,
        fullLength: fullLength)
    return Tick(booking: Booking(count: 1, outcome: outcome, run: run), entry: EntryID(entry)!, slot: slot)
}
