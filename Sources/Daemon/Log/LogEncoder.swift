import Clocks
import Logging
import Schedules
import Values

/// Writes records as lines, or as the journal takes them, into a buffer that it uses again and again.
struct LogEncoder: ~Copyable {
    let format: LogFormat
    private let style: LogStyle
    /// Whether a line in text begins with its priority, which the journal reads and takes off (sd-daemon(3)).
    private let hasPriority: Bool
    private var timestamp: TimestampText
    var buffer = LineBuffer(capacity: 1_024)
    private var hasFields = false
    /// How many columns the message has, for the alignment of what follows.
    private var messageColumns = 0

    /// In text, wide enough for the longest of the words that come all the time.
    private static let messageWidth = 20

    init(_ format: LogFormat, _ style: LogStyle = .plain, hasPriority: Bool = false) {
        (self.format, self.style, self.hasPriority) = (format, style, hasPriority)
        // The others are for tools.
        let zone = format == .text ? style.zone : nil
        (timestamp, slotText) = (TimestampText(zone: zone), TimestampText(zone: zone))
    }

    /// The line of the record that was encoded last. Valid until the next.
    var line: UnsafeBufferPointer<UInt8> { buffer.bytes }

    /// Puts the record into `line`, with its newline.
    mutating func encode(_ level: Logger.Level, _ message: String, _ fields: LogFields, at time: WallInstant) {
        begin(level, message, time)
        for field in fields.list where format != .journal || !LogKey.isDetail(field) { append(field) }
        switch format {
        case .text, .logfmt: buffer.append("\n")
        case .json: buffer.append("}\n")
        case .journal: endJournal(message, fields)
        }
    }

    // MARK: A record's parts

    private mutating func begin(_ level: Logger.Level, _ message: String, _ time: WallInstant) {
        buffer.removeAll()
        hasFields = false
        switch format {
        case .text:
            if hasPriority { appendPriority(level) }
            timestamp.append(time, to: &buffer)
            buffer.append(" ")
            appendTitle(level, message)
        case .journal:
            beginJournal(level)
            appendMessage(message)
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

    private mutating func appendPriority(_ level: Logger.Level) {
        buffer.append("<")
        buffer.append(Int64(level.priority))
        buffer.append(">")
    }

    private mutating func appendMessage(_ message: String) {
        let start = buffer.count
        if Self.isPlain(message) { buffer.append(message) } else { appendPrintable(message) }
        messageColumns = 0
        // Continuation bytes take no column.
        for index in start..<buffer.count where line[index] & 0xC0 != 0x80 { messageColumns += 1 }
    }

    private mutating func appendTitle(_ level: Logger.Level, _ message: String) {
        let color = style.color(of: level, message)
        if let color { buffer.append(color) }
        buffer.append(level.name)
        // In five columns.
        buffer.append(level.name.utf8CodeUnitCount < 5 ? "  " : " ")
        appendMessage(message)
        if color != nil { buffer.append(LogStyle.colorEnd) }
    }

    private mutating func append(_ field: LogFields.Field) {
        beginField()
        if format == .json {
            appendQuoted(field.key)
            buffer.append(":")
        } else {
            appendKey(field.key)
            buffer.append("=")
        }
        switch field.value {
        case .text(let text): format == .json ? appendQuoted(text) : appendValue(text)
        case .integer(let number): buffer.append(number)
        case .digits(let digits): buffer.append(digits)
        case .moment(let moment): append(moment)
        }
    }

    private mutating func append(_ moment: WallInstant) {
        if format == .json { buffer.append("\"") }
        slotText.append(moment, to: &buffer)
        if format == .json { buffer.append("\"") }
    }

    /// Slots are mostly of the same second as those before.
    private var slotText: TimestampText

    /// A job names its own fields: a key must neither break the line nor look like anything but a key.
    private mutating func appendKey(_ key: String) {
        if appendBare(key) { return }
        if key.isEmpty { buffer.append("_") }
        append(key, replacing: Self.breaksBareText, by: "_")
    }

    /// What stands between a record's parts.
    private mutating func beginField() {
        switch format {
        case .json: buffer.append(",")
        case .logfmt: buffer.append(" ")
        case .text, .journal: hasFields ? buffer.append(" ") : alignFields()
        }
        hasFields = true
    }

    private mutating func alignFields() {
        buffer.append(UInt8(ascii: " "), count: max(1, Self.messageWidth - messageColumns))
    }

    // MARK: Values

    /// Bare where that reads back as the same, in quotes where it would not.
    private mutating func appendValue(_ value: String) {
        if !appendBare(value) { appendQuoted(value) }
    }

    /// Returns `false` if the text cannot stand bare.
    private mutating func appendBare(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            guard Self.isBare(bytes) else { return false }
            buffer.append(bytes)
            return true
        }
    }

    private static func isBare(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var mayHide = false
        for index in 0..<bytes.count {
            if breaksBareText(bytes[index]) { return false }
            if HiddenScalar.mayBegin(with: bytes[index]) { mayHide = true }
        }
        return !bytes.isEmpty && !(mayHide && hasHidden(Array(bytes)))
    }

    private static func hasHidden(_ text: [UInt8]) -> Bool {
        text.indices.contains { HiddenScalar(text, at: $0) != nil }
    }

    private static func breaksBareText(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte == 0x7F || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "=")
    }

    /// The message is the line's third column and stands without quotes, so it must not break the line.
    private mutating func appendPrintable(_ text: String) {
        append(text, replacing: { $0 < 0x20 || $0 == 0x7F }, by: " ")
    }

    /// Each byte that is unwanted, and each hidden character, as `replacement`.
    private mutating func append(_ text: String, replacing isUnwanted: (UInt8) -> Bool, by replacement: StaticString) {
        let bytes = Array(text.utf8)
        var index = 0
        while index < bytes.count {
            let hidden = HiddenScalar(bytes, at: index)
            if hidden != nil || isUnwanted(bytes[index]) {
                buffer.append(replacement)
            } else {
                buffer.append(bytes[index])
            }
            index += hidden?.length ?? 1
        }
    }

    /// With the escapes of JSON, which people and logfmt tools read as well.
    private mutating func appendQuoted(_ text: String) {
        if Self.isPlain(text) {
            buffer.append("\"")
            buffer.append(text)
            return buffer.append("\"")
        }
        var quoted: [UInt8] = []
        JSONString.append(text, to: &quoted)
        var index = 0
        while index < quoted.count {
            // Readers of JSON know what they read; its controls, C1 as C0, reach terminals all the same.
            if let hidden = HiddenScalar(quoted, at: index), format != .json || hidden.isControl {
                appendEscape(hidden)
                index += hidden.length
            } else {
                buffer.append(quoted[index])
                index += 1
            }
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
            && !HiddenScalar.mayBegin(with: byte)
    }

    /// Nearly all texts are.
    private static func isPlain(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            for index in 0..<bytes.count where !isPlain(bytes[index]) { return false }
            return true
        }
    }

    private mutating func appendEscape(_ hidden: HiddenScalar) {
        buffer.append("\\u")
        for shift in [12, 8, 4, 0] { buffer.append(ASCII.hexadecimalDigit(UInt8(hidden.value >> shift & 0xF))) }
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
}

/// The text of a moment, to the millisecond. The calendar is asked only once a second.
private struct TimestampText {
    /// `nil`: UTC.
    private let zone: ZoneRules?
    private var second = Int64.min
    private var text: [UInt8] = []
    private var offset: [UInt8] = [UInt8(ascii: "Z")]

    init(zone: ZoneRules?) { self.zone = zone }

    mutating func append(_ time: WallInstant, to line: inout LineBuffer) {
        let civil = floorDivide(time.nanoseconds, 1_000_000_000)
        if civil != second {
            second = civil
            let shift = zone?.offset(at: civil)
            if let shift { offset = Array(CivilText.offsetText(shift).utf8) }
            let shown = WallInstant(nanoseconds: time.nanoseconds &+ (shift ?? 0) &* 1_000_000_000)
            text = Array(CivilTime(shown).secondsText.utf8)
        }
        line.append(text)
        // The first second that there is begins before the first instant.
        let milliseconds = (time.nanoseconds &- civil &* 1_000_000_000) / 1_000_000
        line.append(UInt8(ascii: "."))
        line.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: milliseconds / 100))
        line.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: milliseconds / 10 % 10))
        line.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: milliseconds % 10))
        line.append(offset)
    }
}
