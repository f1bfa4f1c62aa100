package import Crontabs
import Values

/// Writes entries as a registry file.
package struct RegistryText {
    package private(set) var text: String

    /// `head`: lines of a comment.
    package init(namespace: String, head: [String]) {
        text = head.map { $0.isEmpty ? "#\n" : "# \(Self.comment($0))\n" }.joined()
        text += "version: \"1.0\"\nnamespace: \(YAMLScalar.text(namespace))\n"
    }

    package mutating func add(_ items: [CrontabImport.Item]) {
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
        line(4, "kind", .string(ImportedEntry.kind))
        lines(4, entry.data)
        line(4, "meta", .map(entry.meta))
    }

    private mutating func lines(_ indentation: Int, _ map: Value.Map) {
        for (key, value) in zip(map.keys, map.values) { line(indentation, key, value) }
    }

    private mutating func line(_ indentation: Int, _ key: String, _ value: Value) {
        text += String(repeating: " ", count: indentation) + "\(YAMLScalar.text(key)):"
        if let map = value.map {
            text += map.isEmpty ? " {}\n" : "\n"
            lines(indentation + 2, map)
        } else if let list = value.list {
            text += " [\(list.map(Self.scalar).joined(separator: ", "))]\n"
        } else {
            text += " \(Self.scalar(value))\n"
        }
    }

    private static func scalar(_ value: Value) -> String {
        if let text = value.string { YAMLScalar.text(text) } else { value.scalarText ?? "null" }
    }
}
