import Clocks
import Host
import Logging
import Schedules
import Testing

@testable import Daemon

@Suite("The log on a terminal")
struct LogStyleTests {
    private func line(
        _ level: Logger.Level, _ message: String, _ format: LogFormat = .text, colors: Bool = true, zone: String? = nil
    ) throws -> String {
        let rules = try zone.map { try ZoneDirectory().source.zone($0).rules }
        var encoder = LogEncoder(format, LogStyle(hasColors: colors, zone: rules))
        encoder.encode(level, message, ["run": .number(1), "slot": .moment(someTime)], at: someTime)
        return String(decoding: encoder.line, as: UTF8.self)
    }

    @Test("has colours of level and outcome, and its columns where they were")
    func colors() throws {
        let rest = "run=1 slot=2026-11-23T02:04:06.127Z\n"
        #expect(try line(.info, "Reloaded") == "2026-11-23T02:04:06.127Z INFO  Reloaded            \(rest)")
        for (level, message, color, word) in [
            (Logger.Level.info, "TICK", 32, "INFO  "), (.warning, "TICK FAILED", 33, "WARN  "),
            (.error, "Job failed", 31, "ERROR "), (.notice, "Clock", 36, "NOTE  "), (.debug, "x", 2, "DEBUG "),
        ] {
            let blanks = String(repeating: " ", count: 20 - message.count)
            #expect(
                try line(level, message)
                    == "2026-11-23T02:04:06.127Z \u{1B}[\(color)m\(word)\(message)\u{1B}[0m\(blanks)\(rest)")
        }
        #expect(try !line(.error, "x", colors: false).contains("\u{1B}"))
        #expect(try !line(.error, "x", .json).contains("\u{1B}") && !line(.error, "x", .logfmt).contains("\u{1B}"))
    }

    @Test("has local time, with its distance from UTC, in the format text alone")
    func localTime() throws {
        let text = try line(.info, "Reloaded", colors: false, zone: "Asia/Kolkata")
        #expect(text.hasPrefix("2026-11-23T07:34:06.127+05:30 INFO  Reloaded"))
        #expect(text.hasSuffix("slot=2026-11-23T07:34:06.127+05:30\n"))
        for format in [LogFormat.json, .logfmt] {
            #expect(try line(.info, "x", format, zone: "Asia/Kolkata").contains("2026-11-23T02:04:06.127Z"))
        }
    }
}
