import Foundation
import Kernel
import Wire

/// Whether an example is right. The word after its fence says what it is.
struct ExampleCheck {
    private let block: DocumentBlock
    private let stage: DocumentStage

    private static let languages = [
        "console", "durations", "env", "log", "lua", "messages", "sh", "swift", "synopsis", "yaml",
    ]

    init(_ block: DocumentBlock, _ stage: DocumentStage) { (self.block, self.stage) = (block, stage) }

    /// `nil`: it is right, or cannot be run.
    func complaint() throws -> String? {
        if let reason = block.reason {
            return reason.allSatisfy { $0 == " " } ? "no reason after 'not run:'; expected one" : nil
        }
        let found = try found()
        return found.isEmpty ? nil : found
    }

    /// Empty: nothing.
    private func found() throws -> String {
        switch block.language {
        case "yaml": return try yaml()
        case "lua": return try lua()
        case "sh": return try shell()
        case "console": return try console()
        case "env": return try environment()
        case "durations": return try durations()
        case "synopsis": return try Synopsis(block.text, stage.scene).complaint()
        case "messages": return block.lines.compactMap(MessageLine.complaint).joined(separator: "\n")
        case "log": return block.lines.compactMap(LogLine.complaint).joined(separator: "\n")
        // All of them together, by another test.
        case "swift": return ""
        default:
            return "'```\(block.language)'; expected one of \(Self.languages.joined(separator: ", ")), or 'not run: ' "
                + "and a reason"
        }
    }

    // MARK: Registries

    private static let head = "version: \"1.0\"\nnamespace: app\nentries:\n"

    private func yaml() throws -> String {
        let worker = block.page == "docs/SWIFT.md" ? stage.worker : nil
        if block.lines.contains(where: { $0.hasPrefix("namespace:") }) {
            return try stage.check(block.text, worker: worker)
        }
        guard block.text.hasPrefix("- ") else { return "expected a registry, or entries of one" }
        return try stage.check(Self.head + block.text, worker: worker)
    }

    private func job(_ index: Int, interval: String, _ more: String = "") -> String {
        "- {name: j\(index), kind: function.exec, command: [echo], \(more)meta: {type: cron.job, interval: \(interval)}}\n"
    }

    private func durations() throws -> String {
        let words = block.text.split { $0 == " " || $0 == "\n" }
        return try stage.check(Self.head + words.enumerated().map { job($0, interval: String($1)) }.joined())
    }

    private func environment() throws -> String {
        try TextFile.write(block.text, to: "\(stage.directory)/example.env")
        return try stage.check(Self.head + job(0, interval: "1s", "environment_file: example.env, "))
    }

    // MARK: Lua

    /// Loaded by another file: a part of a file returns nothing.
    private func lua() throws -> String {
        // An entry of the page loads it, with what that imports.
        if let file = block.file, stage.registries.contains(where: { $0.contains("source: file://\(file)\n") }) {
            return ""
        }
        try TextFile.write(block.text, to: "\(stage.directory)/example.lua")
        try TextFile.write(
            "require(\"example\")\nreturn { check = function() end }\n", to: "\(stage.directory)/check.lua")
        return try stage.check(
            Self.head
                + "- {name: j, kind: function.lua, source: \"file://check.lua\", method: check, "
                + "meta: {type: cron.job, interval: 1s}}\n")
    }

    // MARK: Commands

    private func shell() throws -> String {
        let (status, output) = try stage.run(block.text)
        return status == .exited(code: 0) ? "" : "\(status as Any): \(output)"
    }

    /// Each command after a `$`, with all that it prints; `…` stands for the rest of a line.
    private func console() throws -> String {
        var complaints = ""
        for (command, expected) in commands() {
            let output = try stage.run(command).output
            let lines = output.split(separator: "\n").map(String.init)
            if lines.count != expected.count || !zip(lines, expected).allSatisfy(Self.agrees) {
                complaints += "\(command)\nprints:\n\(output)"
            }
        }
        return complaints
    }

    private func commands() -> [(command: String, output: [String])] {
        var commands: [(command: String, output: [String])] = []
        for line in block.lines.dropLast() {
            if line.hasPrefix("$ ") {
                commands.append((String(line.dropFirst(2)), []))
            } else if !commands.isEmpty {
                commands[commands.count - 1].output.append(line)
            }
        }
        return commands
    }

    private static func agrees(_ line: String, _ expected: String) -> Bool {
        expected.hasSuffix("…") ? line.hasPrefix(expected.dropLast()) : line == expected
    }
}

/// A line of the protocol, or what is typed in a terminal.
private enum MessageLine {
    static func complaint(_ line: String) -> String? {
        if line.isEmpty || line.hasPrefix("$ ") || line == "^D" { return nil }
        return Array(line.utf8).withUnsafeBytes { bytes in
            var check = FunctionCheck.Decoder()
            if (try? Report.decode(bytes)) != nil || (try? Command.decode(bytes)) != nil { return nil }
            if (try? FunctionCheckAnswer.decode(bytes)) != nil { return nil }
            do {
                // An import is a part of a question.
                _ = try check.take(bytes)
                return nil
            } catch {
                return "no message of the protocol: \(line)"
            }
        }
    }
}

/// A line of the log, in any of its formats.
private enum LogLine {
    private static let levels = ["TRACE", "DEBUG", "INFO", "NOTE", "WARN", "ERROR", "FATAL"]

    /// Those that docs/LOG.md has.
    private static let messages: Set<String> = {
        let rows = (TextFile.read("\(DocumentBlock.root)/docs/LOG.md") ?? "").split(separator: "\n").filter {
            $0.hasPrefix("| `")
        }
        let cells = rows.compactMap { $0.split(separator: "|").first }
        return Set(cells.flatMap { $0.split(separator: "`") }.map(String.init)).union(["TICK", "TICK FAILED"])
    }()

    static func complaint(_ line: String) -> String? {
        if line.isEmpty { return nil }
        if line.hasPrefix("{") {
            guard let record = LogRecord(line[...]) else { return "no JSON: \(line)" }
            return unknown(record.message)
        }
        if line.hasPrefix("time=") { return fields(line[...]) }
        var rest = line[...]
        if rest.first?.isNumber == true { rest = rest.drop { $0 != " " }.dropFirst() }
        let level = rest.prefix { $0 != " " }
        guard levels.contains(String(level)) else { return "no level at the beginning: \(line)" }
        rest = rest.dropFirst(level.count).drop { $0 == " " }
        guard let message = messages.filter({ rest.hasPrefix("\($0) ") }).max(by: { $0.count < $1.count }) else {
            return "no message of docs/LOG.md: \(line)"
        }
        return fields(rest.dropFirst(message.count))
    }

    private static func unknown(_ message: String) -> String? {
        messages.contains(message) ? nil : "no message of docs/LOG.md: \(message)"
    }

    /// They are written as in the protocol.
    private static func fields(_ text: Substring) -> String? {
        do {
            try Array("v \(text)".utf8).withUnsafeBytes { bytes in
                let fields = try MessageReader(bytes)
                for index in 0..<fields.count { _ = try fields[index].text() }
            }
            return nil
        } catch {
            return "\(error): \(text)"
        }
    }
}
