/// Writes entries as a registry file.
struct RegistryText {
    private(set) var text: String

    init(namespace: String) { text = "version: \"1.0\"\nnamespace: \(YAMLScalar.text(namespace))\n" }

    mutating func add(_ items: [CrontabReader.Item]) {
        let hasEntries = items.contains { if case .entry = $0 { true } else { false } }
        text += hasEntries ? "entries:\n" : "entries: []\n"
        for item in items {
            switch item {
            case .remark(let remark): text += "  # \(Self.comment(remark))\n"
            case .entry(let entry): add(entry)
            }
        }
    }

    /// What would end a comment, or hide in it, is left out.
    private static func comment(_ text: String) -> String {
        var comment = ""
        for scalar in text.unicodeScalars {
            comment.unicodeScalars.append(YAMLScalar.isPrintable(scalar) ? scalar : " ")
        }
        return comment
    }

    private mutating func add(_ entry: ImportedEntry) {
        text += "\n  # \(Self.comment(entry.origin))\n"
        text += "  - name: \(YAMLScalar.text(entry.name))\n"
        line(4, "kind", "function.exec")
        line(4, "command", entry.command.command)
        line(4, "shell", entry.shell)
        if let user = entry.user { addRights(user) }
        if !entry.environment.isEmpty { text += "    environment:\n" }
        for setting in entry.environment { line(6, setting.name, setting.value) }
        if let input = entry.command.standardInput { line(4, "stdin", input) }
        addMeta(entry)
    }

    /// `user:group` is what some crons take. Programs such as sudo work under cron, and are to work here.
    private mutating func addRights(_ user: String) {
        let parts = user.split(separator: ":", maxSplits: 1)
        line(4, "user", String(parts.first ?? ""))
        if parts.count > 1 { line(4, "group", String(parts[1])) }
        text += "    no_new_privileges: false\n"
    }

    private mutating func addMeta(_ entry: ImportedEntry) {
        text += "    meta:\n"
        line(6, "type", "cron.job")
        line(6, "schedule", entry.schedule)
        if let zone = entry.zone { line(6, "timezone", zone) }
        if !entry.comment.isEmpty { line(6, "comment", entry.comment.joined(separator: "\n")) }
    }

    private mutating func line(_ indentation: Int, _ key: String, _ value: String) {
        text += String(repeating: " ", count: indentation) + "\(YAMLScalar.text(key)): \(YAMLScalar.text(value))\n"
    }
}
