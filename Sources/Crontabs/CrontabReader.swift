import Clocks
import Model
import Schedules
import Values

/// Reads one crontab line by line, as cron does: what a line sets holds for the lines after it.
struct CrontabReader {
    let file: CrontabFile
    let host: CrontabHost
    private(set) var items: [CrontabImport.Item] = []
    private(set) var problems: [CrontabImport.Problem] = []
    private(set) var notes: [String] = []

    // What holds for the next line.
    private var line = 0
    private var text = ""
    private var scope = CrontabScope()
    private var comment: [String] = []

    private var users: CrontabUsers
    private var census = CommandCensus()

    init(_ file: CrontabFile, host: CrontabHost) {
        (self.file, self.host) = (file, host)
        users = CrontabUsers(host.accounts)
    }

    mutating func read() {
        for bytes in file.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            line += 1
            read(bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes)
        }
        flushComment()
        refuseSystemFormat()
        noteLineEnds()
    }

    private mutating func read(_ bytes: ArraySlice<UInt8>) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            self.text = ""
            return fail("is not UTF-8; expected UTF-8", 1)
        }
        self.text = text
        if line == 1, text.unicodeScalars.first == "\u{FEFF}" {
            return fail("has a byte order mark (U+FEFF), which cron does not read; expected none", 1)
        }
        if let offset = text.utf8.firstIndex(of: 0) {
            let column = ByteScanner(text).column(of: text.utf8.distance(from: text.startIndex, to: offset))
            return fail("has a NUL; expected none", column)
        }
        var scanner = ByteScanner(text)
        scanner.skipBlanks()
        switch scanner.next {
        case nil: flushComment()
        case UInt8(ascii: "#"): comment.append(Self.commentText(scanner.rest))
        default:
            if let setting = CrontabSetting(text) { set(setting) } else { readEntry(&scanner) }
        }
    }

    // MARK: What is told

    /// The line is left out, and stands as a comment where it would have been.
    mutating func fail(_ message: String, _ column: Int) {
        let location = SourceLocation(file: file.path, line: line, column: column)
        let problem = CrontabImport.Problem(location: location, message: message)
        problems.append(problem)
        flushComment()
        items += [.remark("Left out: \(problem.description)"), .remark("    \(text)")]
    }

    mutating func note(_ message: String) { notes.append("\(file.path):\(line): \(message)") }

    private mutating func noteLineEnds() {
        if file.bytes.contains(UInt8(ascii: "\r")) {
            notes.append(
                "\(file.path): lines end with CR LF; cron takes the CR for a part of the command, here it is left out")
        }
        guard !file.bytes.isEmpty, !file.hasLastLineEnd else { return }
        notes.append("\(file.path): the last line has no end; Debian's cron ignores such a file as a whole")
    }

    /// The file has a column that was taken for the first word of the commands.
    private mutating func refuseSystemFormat() {
        guard !file.isSystem, file.owner == nil, let found = census.systemFormat else { return }
        let problem = CrontabImport.Problem(
            location: SourceLocation(file: file.path, line: found.line, column: found.column),
            message:
                "each command begins with a user's name such as '\(found.user)', as in the system's crontabs; expected "
                + "--system, or --user if the commands are meant so")
        problems.append(problem)
        items = [.remark("Left out: \(problem.description)")]
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
        if let problem = CrontabSettingRules.problem(with: setting, host.zones) {
            scope.keepRefused(setting.name, line)
            return fail(problem, 1)
        }
        if setting.isBare {
            note("\(setting.name)= has no value; Debian's cron ignores a file in which no quotes follow")
        }
        if let difference = CrontabSettingRules.difference(of: setting) {
            note(difference)
            items.append(.remark("\(file.path):\(line): \(difference)"))
        }
        if setting.name == "CRON_TZ" { scope.zone = setting.value.isEmpty ? nil : setting.value }
        // Cron gives all of them to the commands, its own too, but for this one.
        if setting.name != "LOGNAME" { scope.keep(setting) }
    }

    // MARK: Entries

    private mutating func readEntry(_ scanner: inout ByteScanner) {
        let place = scanner.position
        guard let schedule = schedule(&scanner) else { return }
        scanner.skipBlanks()
        var user = file.owner
        if file.isSystem {
            guard let named = self.user(&scanner) else { return }
            user = named
        }
        let command = Self.commandStart(&scanner, isSystem: file.isSystem)
        guard !scanner.isAtEnd else {
            return fail("no command; expected one after \(before)", scanner.column(of: place))
        }
        guard !scanner.isAt("*") else { return fail(Self.sixth, scanner.column(of: scanner.position)) }
        scanner.position = command
        add(scanner, user, schedule)
    }

    /// After the user only one blank is not of the command, as Debian's cron has it. Leaves the scanner after all blanks.
    private static func commandStart(_ scanner: inout ByteScanner, isSystem: Bool) -> Int {
        let separator = scanner.position
        scanner.skipBlanks()
        return isSystem ? min(separator + 1, scanner.position) : scanner.position
    }

    private static let sixth =
        "a command that begins with '*', which cron refuses: it has five fields; expected meta.schedule of six fields with "
        + "meta.seconds: first, in an entry of your own"

    private var before: String { file.isSystem ? "the schedule and the user" : "the schedule" }

    private mutating func add(_ scanner: ByteScanner, _ user: String?, _ schedule: String) {
        let column = scanner.column(of: scanner.position)
        guard let account = account(user, column) else { return }
        if let (name, line) = scope.refused.min(by: { $0.value < $1.value }) {
            return fail("\(name) of line \(line), which was refused, would hold for it", column)
        }
        let command = CrontabCommand(scanner.rest)
        census.count(command.command, line, column, path: scope.path, users: &users, host)
        if CrontabText.beginsWithYear(command.command) {
            note("the command begins with a year; cron has no field for years, and runs it as a program")
        }
        var entry = ImportedEntry(
            place: SourceLocation(file: file.path, line: line, column: 1),
            base: file.name.flatMap(CommandName.valid) ?? CommandName.of(command.command),
            command: command, shell: scope.shell, user: user,
            surroundings: scope.surroundings(of: account, host.login), schedule: schedule,
            zone: CrontabText.goesByClock(schedule) ? scope.zone : nil, comment: [])
        if let failure = ExecCommand.read(entry.data).failures.first { return fail(failure.message, column) }
        entry.comment = takeComment()
        items.append(.entry(entry))
    }

    /// The outer `nil`: there is no such user, which was told.
    private mutating func account(_ user: String?, _ column: Int) -> AccountSource.User?? {
        guard let user else { return .some(users.current) }
        let name = String(user.split(separator: ":", maxSplits: 1).first ?? "")
        if let account = users[name] { return .some(account) }
        fail("no user '\(name)' on this machine; expected the machine on which the jobs will run", column)
        return nil
    }

    private mutating func user(_ scanner: inout ByteScanner) -> String? {
        let start = scanner.position
        let user = scanner.takeWord()
        if CrontabText.isUser(user) {
            if users[String(user.split(separator: ":").first ?? "")] != nil { return user }
            fail("no user '\(user)' on this machine; expected one in the sixth column", scanner.column(of: start))
        } else if user.hasPrefix("*") {
            fail(Self.sixth, scanner.column(of: start))
        } else {
            let problem = user.isEmpty ? "no user" : "'\(user)' is no user's name"
            fail("\(problem); expected one in the sixth column", scanner.column(of: start))
        }
        return nil
    }

    /// As `meta.schedule` takes it.
    private mutating func schedule(_ scanner: inout ByteScanner) -> String? {
        do throws(CrontabSchedule.Failure) {
            let schedule = try CrontabSchedule.take(&scanner)
            if let difference = CrontabSchedule.difference(of: schedule) { note(difference) }
            return schedule
        } catch {
            fail(error.message, scanner.column(of: error.offset))
            return nil
        }
    }
}
