import Clocks
import Logging

/// How a record is written. One line each, in every format.
package enum LogFormat: String, CaseIterable, Sendable {
    /// For people: aligned, and only what a person needs.
    case text
    /// `key=value` for tools, with all that is known.
    case logfmt
    /// One JSON object a line (RFC 8259), with all that is known.
    case json

    /// Whether records carry what only tools ask for.
    var isDetailed: Bool { self != .text }
}

/// Writes records as lines, into a buffer that it uses again and again.
struct LogEncoder {
    private let format: LogFormat
    private var timestamp = TimestampText()
    private(set) var line: [UInt8] = []

    init(_ format: LogFormat) {
        self.format = format
        line.reserveCapacity(1_024)
    }

    /// Puts the record's line, with its newline, into `line`.
    mutating func encode(_ event: LogEvent, metadata: [(key: String, value: String)], at time: WallInstant) {
        line.removeAll(keepingCapacity: true)
        switch format {
        case .text: encodeText(event, metadata, time)
        case .logfmt: encodeLogfmt(event, metadata, time)
        case .json: encodeJSON(event, metadata, time)
        }
        line.append(UInt8(ascii: "\n"))
    }

    // MARK: Text

    /// Wide enough for the longest of the words that come all the time.
    private static let messageWidth = 20

    private mutating func encodeText(_ event: LogEvent, _ metadata: [(key: String, value: String)], _ time: WallInstant)
    {
        timestamp.append(time, to: &line)
        put(" ")
        put(event.level.paddedName)
        put(" ")
        let start = line.count
        appendPrintable(event.message.description)
        guard !metadata.isEmpty else { return }
        // Continuation bytes take no column.
        let width = line[start...].count { $0 & 0xC0 != 0x80 }
        line.append(contentsOf: repeatElement(UInt8(ascii: " "), count: max(1, Self.messageWidth - width)))
        appendPairs(metadata)
    }

    private mutating func appendPairs(_ metadata: [(key: String, value: String)]) {
        for (index, pair) in metadata.enumerated() {
            if index > 0 { put(" ") }
            line.append(contentsOf: pair.key.utf8)
            put("=")
            appendValue(pair.value)
        }
    }

    /// Bare where that reads back as the same, in quotes where it would not.
    private mutating func appendValue(_ value: String) {
        let isBare =
            !value.isEmpty
            && value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=") }
        if isBare { line.append(contentsOf: value.utf8) } else { appendQuoted(value) }
    }

    /// The message is the line's second column and stands without quotes, so it must not break the line.
    private mutating func appendPrintable(_ text: String) {
        for byte in text.utf8 { line.append(byte < 0x20 || byte == 0x7F ? UInt8(ascii: " ") : byte) }
    }

    // MARK: logfmt

    private mutating func encodeLogfmt(
        _ event: LogEvent, _ metadata: [(key: String, value: String)], _ time: WallInstant
    ) {
        put("time=")
        timestamp.append(time, to: &line)
        put(" level=")
        put(event.level.name)
        put(" message=")
        appendValue(event.message.description)
        if !metadata.isEmpty { put(" ") }
        appendPairs(metadata)
    }

    // MARK: JSON

    private mutating func encodeJSON(_ event: LogEvent, _ metadata: [(key: String, value: String)], _ time: WallInstant)
    {
        put("{\"time\":\"")
        timestamp.append(time, to: &line)
        put("\",\"level\":\"")
        put(event.level.name)
        put("\",\"message\":")
        appendQuoted(event.message.description)
        for pair in metadata {
            put(",")
            appendQuoted(pair.key)
            put(":")
            if LogKey.isNumber(pair.key), Self.isInteger(pair.value) {
                line.append(contentsOf: pair.value.utf8)
            } else {
                appendQuoted(pair.value)
            }
        }
        put("}")
    }

    private static func isInteger(_ text: String) -> Bool {
        let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
        return !digits.isEmpty && digits.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    }

    /// With the escapes of JSON, which are read by people and by logfmt tools as well.
    private mutating func appendQuoted(_ text: String) {
        line.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): line += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): put("\\n")
            case UInt8(ascii: "\r"): put("\\r")
            case UInt8(ascii: "\t"): put("\\t")
            case 0..<0x20, 0x7F:
                put("\\u00")
                line += [Self.hexadecimal[Int(byte >> 4)], Self.hexadecimal[Int(byte & 15)]]
            default: line.append(byte)
            }
        }
        line.append(UInt8(ascii: "\""))
    }

    private static let hexadecimal = Array("0123456789abcdef".utf8)

    private mutating func put(_ text: StaticString) {
        text.withUTF8Buffer { line.append(contentsOf: $0) }
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
        case .trace: "TRACE"
        case .debug: "DEBUG"
        case .info: "INFO "
        case .notice: "NOTE "
        case .warning: "WARN "
        case .error: "ERROR"
        case .critical: "FATAL"
        }
    }
}

/// The text of a moment, to the millisecond. The calendar is asked only once a second.
private struct TimestampText {
    private var second = Int64.min
    private var text: [UInt8] = []

    mutating func append(_ time: WallInstant, to line: inout [UInt8]) {
        let now = time.nanoseconds / 1_000_000_000
        if now != second {
            second = now
            text = Array(CivilTime(time).secondsText.utf8)
        }
        line.append(contentsOf: text)
        let milliseconds = time.nanoseconds / 1_000_000 % 1_000
        line.append(UInt8(ascii: "."))
        line.append(UInt8(ascii: "0") + UInt8(milliseconds / 100))
        line.append(UInt8(ascii: "0") + UInt8(milliseconds / 10 % 10))
        line.append(UInt8(ascii: "0") + UInt8(milliseconds % 10))
        line.append(UInt8(ascii: "Z"))
    }
}
