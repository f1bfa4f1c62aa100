import Clocks
import Logging
import Model
import Values

/// Writes records as lines, into a buffer that it uses again and again.
struct LogEncoder: ~Copyable {
    let format: LogFormat
    private var timestamp = TimestampText()
    private var buffer = LineBuffer(capacity: 1_024)
    private var hasFields = false
    /// Where the message begins, for the alignment of what follows.
    private var messageStart = 0

    /// In text, wide enough for the longest of the words that come all the time.
    private static let messageWidth = 20

    init(_ format: LogFormat) { self.format = format }

    /// The line of the record that was encoded last. Valid until the next.
    var line: UnsafeBufferPointer<UInt8> { buffer.bytes }

    /// Puts the record's line, with its newline, into `line`.
    mutating func encode(_ event: LogEvent, metadata: [(key: String, value: String)], at time: WallInstant) {
        begin(event.level, event.message.description, time)
        for pair in metadata { self.pair(pair.key, pair.value) }
        end()
    }

    /// A run's record, without the detour through a dictionary of strings: nearly all lines of a log are of this kind.
    mutating func encode(_ tick: TickFields, _ level: Logger.Level, _ message: String, at time: WallInstant) {
        begin(level, message, time)
        field("entry", tick.entry)
        if format.isDetailed { field("pid", Int64(tick.pid)) }
        field("run", tick.run)
        // What nearly every run is need not be said to people.
        if format.isDetailed || tick.attempt > 1 || tick.retryAfter != nil { field("attempt", Int64(tick.attempt)) }
        if format.isDetailed { encodeDetails(tick) }
        field(tick.outcome.textKey, tick.text)
        if let length = tick.fullLength { field("length", length) }
        if let delay = tick.retryAfter { field("retry", Self.seconds(delay)) }
        end()
    }

    /// A delay, without what is of no use to people.
    static func seconds(_ duration: Nanoseconds) -> String {
        let milliseconds = max(1, duration.count / 1_000_000)
        return DurationText.format(.milliseconds(milliseconds))
    }

    private mutating func encodeDetails(_ tick: TickFields) {
        if let slot = tick.slot { field("slot", slot) }
        if let times = tick.times {
            field("lateness_us", times.lateness.wholeMicroseconds)
            field("duration_us", times.duration.wholeMicroseconds)
        }
        field("outcome", tick.outcome.rawValue)
    }

    // MARK: A record's parts

    private mutating func begin(_ level: Logger.Level, _ message: String, _ time: WallInstant) {
        buffer.removeAll()
        hasFields = false
        switch format {
        case .text:
            timestamp.append(time, to: &buffer)
            buffer.append(" ")
            buffer.append(level.paddedName)
            buffer.append(" ")
            messageStart = buffer.count
            appendPrintable(message)
        case .logfmt:
            buffer.append("time=")
            timestamp.append(time, to: &buffer)
            buffer.append(" level=")
            buffer.append(level.name)
            buffer.append(" message=")
            appendValue(message)
        case .json:
            buffer.append("{\"time\":\"")
            timestamp.append(time, to: &buffer)
            buffer.append("\",\"level\":\"")
            buffer.append(level.name)
            buffer.append("\",\"message\":")
            appendQuoted(message)
        }
    }

    private mutating func end() { format == .json ? buffer.append("}\n") : buffer.append("\n") }

    private mutating func pair(_ key: String, _ value: String) {
        beginField()
        if format == .json {
            appendQuoted(key)
            buffer.append(":")
            let isNumber = LogKey.isNumber(key) && Self.isInteger(value)
            if isNumber { buffer.append(value) } else { appendQuoted(value) }
        } else {
            appendKey(key)
            buffer.append("=")
            appendValue(value)
        }
    }

    /// A job names its own fields: a key must neither break the line nor look like anything but a key.
    private mutating func appendKey(_ key: String) {
        if key.isEmpty { buffer.append("_") }
        for byte in key.utf8 { buffer.append(Self.breaksBareText(byte) ? UInt8(ascii: "_") : byte) }
    }

    private mutating func field(_ key: StaticString, _ value: String) {
        beginField(key)
        if format == .json { appendQuoted(value) } else { appendValue(value) }
    }

    private mutating func field(_ key: StaticString, _ value: Int64) {
        beginField(key)
        buffer.append(value)
    }

    private mutating func field(_ key: StaticString, _ value: WallInstant) {
        beginField(key)
        if format == .json { buffer.append("\"") }
        slotText.append(value, to: &buffer)
        if format == .json { buffer.append("\"") }
    }

    /// Slots are mostly of the same second as those before.
    private var slotText = TimestampText()

    private mutating func beginField(_ key: StaticString) {
        beginField()
        if format == .json {
            buffer.append("\"")
            buffer.append(key)
            buffer.append("\":")
        } else {
            buffer.append(key)
            buffer.append("=")
        }
    }

    /// What stands between a record's parts.
    private mutating func beginField() {
        switch format {
        case .json: buffer.append(",")
        case .logfmt: buffer.append(" ")
        case .text: hasFields ? buffer.append(" ") : alignFields()
        }
        hasFields = true
    }

    private mutating func alignFields() {
        // Continuation bytes take no column.
        let width = line[messageStart...].count { $0 & 0xC0 != 0x80 }
        for _ in 0..<max(1, Self.messageWidth - width) { buffer.append(UInt8(ascii: " ")) }
    }

    // MARK: Values

    /// Bare where that reads back as the same, in quotes where it would not.
    private mutating func appendValue(_ value: String) {
        if Self.isBare(value) { buffer.append(value) } else { appendQuoted(value) }
    }

    private static func isBare(_ value: String) -> Bool {
        var value = value
        return value.withUTF8 { bytes in
            for byte in bytes where breaksBareText(byte) { return false }
            return !bytes.isEmpty
        }
    }

    private static func breaksBareText(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte == 0x7F || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "=")
    }

    /// As JSON has them: without leading zeros.
    private static func isInteger(_ text: String) -> Bool {
        let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
        guard digits.first != UInt8(ascii: "0") || digits.count == 1 else { return false }
        return !digits.isEmpty && digits.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    }

    /// The message is the line's third column and stands without quotes, so it must not break the line.
    private mutating func appendPrintable(_ text: String) {
        for byte in text.utf8 { buffer.append(byte < 0x20 || byte == 0x7F ? UInt8(ascii: " ") : byte) }
    }

    /// With the escapes of JSON, which people and logfmt tools read as well.
    private mutating func appendQuoted(_ text: String) {
        buffer.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { bytes in
            var start = 0
            for index in 0..<bytes.count where Self.needsEscape(bytes[index]) {
                buffer.append(UnsafeBufferPointer(rebasing: bytes[start..<index]))
                appendEscape(bytes[index])
                start = index + 1
            }
            buffer.append(UnsafeBufferPointer(rebasing: bytes[start...]))
        }
        buffer.append(UInt8(ascii: "\""))
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func appendEscape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): buffer.append("\\\"")
        case UInt8(ascii: "\\"): buffer.append("\\\\")
        case UInt8(ascii: "\n"): buffer.append("\\n")
        case UInt8(ascii: "\r"): buffer.append("\\r")
        case UInt8(ascii: "\t"): buffer.append("\\t")
        default:
            buffer.append("\\u00")
            buffer.append(Self.hexadecimal(byte >> 4))
            buffer.append(Self.hexadecimal(byte & 15))
        }
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }
}

extension Logger.Level {
    fileprivate var name: StaticString {
        switch self {
        case .trace: "TRACE"
        case .debug: "DEBUG"
        case .info: "INFO"
        case .notice: "NOTE"
        case .warning: "WARN"
        case .error: "ERROR"
        case .critical: "FATAL"
        }
    }

    fileprivate var paddedName: StaticString {
        switch self {
        case .info: "INFO "
        case .notice: "NOTE "
        case .warning: "WARN "
        case .trace, .debug, .error, .critical: name
        }
    }
}

/// The text of a moment, to the millisecond. The calendar is asked only once a second.
private struct TimestampText {
    private var second = Int64.min
    private var text: [UInt8] = []

    mutating func append(_ time: WallInstant, to line: inout LineBuffer) {
        // Rounded down also before 1970, where a division rounds up.
        let nanosecond = (time.nanoseconds % 1_000_000_000 + 1_000_000_000) % 1_000_000_000
        let civil = time.nanoseconds / 1_000_000_000 - (time.nanoseconds % 1_000_000_000 < 0 ? 1 : 0)
        if civil != second {
            second = civil
            text = Array(CivilTime(time).secondsText.utf8)
        }
        text.withUnsafeBufferPointer { line.append($0) }
        let milliseconds = nanosecond / 1_000_000
        line.append(UInt8(ascii: "."))
        line.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: milliseconds / 100))
        line.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: milliseconds / 10 % 10))
        line.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: milliseconds % 10))
        line.append(UInt8(ascii: "Z"))
    }
}
