import Values

/// Gives the entries their names, so that a line keeps its name when others come and go: it follows from the line alone, unless
/// it is the only one of its program.
enum EntryNamer {
    /// In the order of the entries.
    static func names(of entries: [ImportedEntry]) -> [String] {
        var bases: [String: Int] = [:]
        for entry in entries { bases[entry.base.lowercased(), default: 0] += 1 }
        let short = entries.map { bases[$0.base.lowercased()] == 1 ? $0.base : $0.base + letters(4, $0.key) }
        var keys: [String: Set<String>] = [:]
        for (name, entry) in zip(short, entries) { keys[name.lowercased(), default: []].insert(entry.key) }
        let names = zip(short, entries).map { name, entry in
            keys[name.lowercased()]?.count == 1 ? name : entry.base + letters(8, entry.key)
        }
        return numbered(names)
    }

    /// Of a hash.
    private static func letters(_ count: Int, _ key: String) -> String {
        var hash = StableHash.of(key, salt: 0x43)
        var text = "-"
        for _ in 0..<count {
            text.unicodeScalars.append(Unicode.Scalar(UInt8(ascii: "a") + UInt8(hash % 26)))
            hash /= 26
        }
        return text
    }

    /// Lines that are the same in everything have a number.
    private static func numbered(_ names: [String]) -> [String] {
        var used: Set<String> = []
        var last: [String: Int] = [:]
        return names.map { base in
            var name = base
            while !used.insert(name.lowercased()).inserted {
                let number = (last[base.lowercased()] ?? 1) + 1
                last[base.lowercased()] = number
                name = "\(base)-\(number)"
            }
            return name
        }
    }
}
