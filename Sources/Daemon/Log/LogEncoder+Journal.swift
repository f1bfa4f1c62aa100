import Clocks
import Logging

/// The journal's native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL).
extension LogEncoder {
    /// In front of each field's name, and of the names of those that a job's function has chosen.
    private static let prefix: StaticString = "CRONSUPD_"
    private static let jobPrefix: StaticString = "CRONSUPD_JOB_"
    /// What the journal takes.
    private static let longestName = 64

    mutating func beginJournal(_ level: Logger.Level) {
        buffer.append("PRIORITY=")
        buffer.append(Int64(level.priority))
        buffer.append("\nSYSLOG_IDENTIFIER=cronsupd\nMESSAGE=")
    }

    /// `MESSAGE` says what people need; the fields of their own say all.
    mutating func endJournal(_ message: String, _ fields: LogFields) {
        buffer.append("\n")
        let isJobs = fields.isOfJob
        if !isJobs { append(Self.prefix, "message", message) }
        for field in fields.list {
            let isOwn = !isJobs || LogKey.isOfJobRecord(field.key)
            append(isOwn ? Self.prefix : Self.jobPrefix, field.key, text(of: field.value))
        }
    }

    private func text(of value: LogValue) -> String {
        switch value {
        case .text(let text), .digits(let text): text
        case .integer(let number): String(number)
        case .moment(let moment): CivilTime(moment).millisecondsText
        }
    }

    private mutating func append(_ prefix: StaticString, _ key: String, _ value: String) {
        appendName(prefix, key)
        guard value.utf8.contains(UInt8(ascii: "\n")) else {
            buffer.append("=")
            buffer.append(value)
            return buffer.append("\n")
        }
        buffer.append("\n")
        let size = UInt64(value.utf8.count)
        for shift in stride(from: 0, to: 64, by: 8) { buffer.append(UInt8(truncatingIfNeeded: size >> UInt64(shift))) }
        buffer.append(value)
        buffer.append("\n")
    }

    /// Capital letters, digits and underscores.
    private mutating func appendName(_ prefix: StaticString, _ key: String) {
        buffer.append(prefix)
        for byte in key.utf8.prefix(Self.longestName - prefix.utf8CodeUnitCount) {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): buffer.append(byte - 32)
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): buffer.append(byte)
            default: buffer.append("_")
            }
        }
    }
}

extension Logger.Level {
    /// That of syslog(3).
    var priority: Int {
        switch self {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}
