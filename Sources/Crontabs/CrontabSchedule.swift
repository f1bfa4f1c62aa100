import Clocks
import Schedules

/// The first columns of a line: five fields, or a nickname.
enum CrontabSchedule {
    struct Failure: Error {
        let message: String
        /// In the line.
        let offset: Int
    }

    private static let fieldCount = 5

    /// As `meta.schedule` takes it.
    static func take(_ scanner: inout ByteScanner) throws(Failure) -> String {
        let start = scanner.position
        let isNickname = scanner.next == UInt8(ascii: "@")
        var (text, count) = scanner.takeWords(isNickname ? 1 : fieldCount)
        if text.lowercased() == "@every" {
            scanner.skipBlanks()
            text += " \(scanner.takeWord())"
        }
        guard isNickname || count == fieldCount else {
            throw Failure(
                message: "\(count) of five fields; expected minute, hour, day of month, month, day of week",
                offset: start)
        }
        do throws(CronFailure) {
            _ = try WrittenSchedule(text, entry: "crontab", hasSeconds: false)
        } catch {
            throw Failure(message: error.message, offset: start + error.offset)
        }
        let words = text.split { $0 == " " || $0 == "\t" }.joined(separator: " ")
        return isNickname ? words.lowercased() : words
    }

    /// What the schedule is to Debian's cron, if that is something else.
    static func difference(of schedule: String) -> String? {
        if schedule.hasPrefix("@every") { return "Debian's cron has no @every, and ignores a file with it as a whole" }
        if schedule.hasPrefix("@") { return nil }
        var text = schedule.lowercased()
        // Names of months and days in which such a letter is none.
        for name in ["jul", "wed", "thu"] {
            text = text.split(separator: name, omittingEmptySubsequences: false).joined()
        }
        guard text.utf8.contains(where: "lwh#".utf8.contains) else { return nil }
        return "Debian's cron refuses L, W and H, and ignores what begins with #, in '\(schedule)'"
    }
}
