import Clocks
import Schedules

/// Reads one crontab line by line, as cron does: what a line sets holds for the lines after it.
struct CrontabReader {
    private let file: CrontabFile
    private let zones: ZoneSource
    private(set) var items: [Item] = []
    /// `file:line:column: message`
    private(set) var errors: [String] = []

    enum Item: Hashable {
        case entry(ImportedEntry)
        /// To stand as it is in the registry, where people read it.
        case remark(String)
    }

    // What holds for the next line.
    private var line = 0
    private var shell = standardShell
    private var environment: [CrontabSetting] = []
    private var zone: String?
    private var comment: [String] = []

    private static let standardShell = "/bin/sh"
    private static let fieldCount = 5
    /// That of a key in a registry.
    private static let longestName = 512

    init(_ file: CrontabFile, zones: ZoneSource) { (self.file, self.zones) = (file, zones) }

    mutating func read(_ namer: inout EntryNamer) {
        for bytes in file.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            line += 1
            let text = bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes
            read(text, &namer)
        }
        flushComment()
    }

    private mutating func read(_ bytes: ArraySlice<UInt8>, _ namer: inout EntryNamer) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return fail("is not UTF-8", 1) }
        if let scalar = text.unicodeScalars.firstIndex(where: { $0 == "\0" }) {
            let offset = text.utf8.distance(from: text.startIndex, to: scalar)
            return fail("has a NUL", ByteScanner(text).column(of: offset))
        }
        var scanner = ByteScanner(text)
        scanner.skipBlanks()
        switch scanner.next {
        case nil: flushComment()
        case UInt8(ascii: "#"): comment.append(Self.commentText(scanner.rest))
        default:
            if let setting = CrontabSetting(text) { set(setting) } else { readEntry(&scanner, &namer) }
        }
    }

    private mutating func fail(_ message: String, _ column: Int) {
        errors.append("\(file.path):\(line):\(column): \(message)")
    }

    // MARK: Comments

    private static func commentText(_ line: String) -> String {
        CrontabText.trimmed(line.drop { $0 == "#" })
    }

    /// What stands above no entry.
    private mutating func flushComment() {
        items += comment.filter { !CrontabText.isRule($0) }.map { .remark($0) }
        comment.removeAll()
    }

    /// For the entry that follows.
    private mutating func takeComment() -> [String] {
        // What leads to a picture of the columns is about the file, not about the line below it.
        if let picture = comment.lastIndex(where: CrontabText.isColumnHeader) {
            items += comment[..<picture].filter { !CrontabText.isPicture($0) }.map { .remark($0) }
            comment.removeSubrange(...picture)
        }
        defer { comment.removeAll() }
        return comment.filter { !CrontabText.isRule($0) }
    }

    // MARK: Settings

    private mutating func set(_ setting: CrontabSetting) {
        flushComment()
        switch setting.name {
        case "CRON_TZ": setZone(setting.value)
        case "MAILTO", "MAILFROM", "CONTENT_TYPE", "CONTENT_TRANSFER_ENCODING": note(setting, "cronsupd sends no mail")
        case "RANDOM_DELAY", "START_HOURS_RANGE": note(setting, "meta.jitter delays runs at random")
        case "LOGNAME": note(setting, "it follows from the user")
        case "SHELL":
            shell = setting.value.isEmpty ? Self.standardShell : setting.value
            keep(setting)
        default:
            if setting.name.utf8.count > Self.longestName {
                fail("name of \(setting.name.utf8.count) bytes; expected at most \(Self.longestName)", 1)
            } else {
                keep(setting)
            }
        }
    }

    private mutating func note(_ setting: CrontabSetting, _ reason: String) {
        let place = "\(file.path):\(line)"
        items.append(.remark("\(place): \(setting.name)=\(setting.value) is not supported: \(reason)."))
    }

    private mutating func keep(_ setting: CrontabSetting) {
        environment.removeAll { $0.name == setting.name }
        environment.append(setting)
    }

    private mutating func setZone(_ name: String) {
        guard !name.isEmpty else {
            zone = nil
            return
        }
        do throws(ZoneSource.Failure) {
            _ = try zones.zone(name)
            zone = name
        } catch {
            fail("CRON_TZ: '\(name)' \(error.message)", 1)
        }
    }

    // MARK: Entries

    private mutating func readEntry(_ scanner: inout ByteScanner, _ namer: inout EntryNamer) {
        let comment = takeComment()
        let place = scanner.position
        guard let schedule = schedule(&scanner) else { return }
        scanner.skipBlanks()
        let user = file.isSystem ? user(&scanner, place) : file.owner
        scanner.skipBlanks()
        guard !scanner.isAtEnd else {
            return fail("no command; expected one after \(behind)", scanner.column(of: place))
        }
        guard !file.isSystem || user != nil else { return }
        let command = CrontabCommand(scanner.rest)
        items.append(
            .entry(
                ImportedEntry(
                    origin: "\(file.path):\(line)", name: namer.name(for: command.command), command: command,
                    shell: shell, user: user, environment: environment, schedule: schedule,
                    zone: CrontabText.goesByClock(schedule) ? zone : nil, comment: comment)))
    }

    private var behind: String { file.isSystem ? "the schedule and the user" : "the schedule" }

    private mutating func user(_ scanner: inout ByteScanner, _ place: Int) -> String? {
        let start = scanner.position
        let user = scanner.takeWord()
        if CrontabText.isUser(user) { return user }
        if !user.isEmpty {
            fail("'\(user)' is no user's name; expected one in the sixth column", scanner.column(of: start))
        }
        return nil
    }

    /// As `meta.schedule` takes it.
    private mutating func schedule(_ scanner: inout ByteScanner) -> String? {
        let start = scanner.position
        let isNickname = scanner.next == UInt8(ascii: "@")
        var (text, count) = scanner.takeWords(isNickname ? 1 : Self.fieldCount)
        if text.lowercased() == "@every" {
            scanner.skipBlanks()
            text += " \(scanner.takeWord())"
        }
        guard isNickname || count == Self.fieldCount else {
            fail("\(count) of five fields; expected minute, hour, day of month, month, day of week", start + 1)
            return nil
        }
        do throws(CronFailure) {
            _ = try WrittenSchedule(text, entry: file.path, hasSeconds: false)
        } catch {
            fail(error.message, scanner.column(of: start + error.offset))
            return nil
        }
        let words = text.split { $0 == " " || $0 == "\t" }.joined(separator: " ")
        return isNickname ? words.lowercased() : words
    }
}
