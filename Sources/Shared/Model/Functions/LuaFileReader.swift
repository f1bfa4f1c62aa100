import Values

/// Reads `source` and `imports`.
struct LuaFileReader {
    private let data: Value.Map
    private let directory: String
    private(set) var failures: [EntryFailure] = []

    private static let exampleImports = "a map of names to entries, such as {dates: app.lib:dates}"

    init(data: Value.Map, directory: String) { (self.data, self.directory) = (data, directory) }

    /// The file's path.
    mutating func source() -> String? {
        guard data["source"] != nil else {
            failures.append(EntryFailure(missing: "source", "expected a Lua file such as file://jobs.lua"))
            return nil
        }
        switch SourcePath.read(data["source"] ?? .null, example: "file://jobs.lua", directory: directory) {
        case .success(let path): return path
        case .failure(let failure): failures.append(failure)
        }
        return nil
    }

    mutating func imports() -> [LuaImport] {
        guard let value = data["imports"], value != .null, value != .list([]) else { return [] }
        guard let map = value.map else {
            fail("imports: expected \(Self.exampleImports), found \(value.kindPhrase)", at: ["imports"])
            return []
        }
        guard map.count <= LuaImport.most else {
            fail("imports: \(map.count) entries; expected at most \(LuaImport.most)", at: ["imports"])
            return []
        }
        var imports: [LuaImport] = []
        for index in 0..<map.count {
            if let found = read(map.keys[index], map.values[index]) { imports.append(found) }
        }
        imports.sort { $0.alias.utf8.lexicographicallyPrecedes($1.alias.utf8) }
        return imports
    }

    private mutating func read(_ alias: String, _ value: Value) -> LuaImport? {
        let path = ["imports", alias]
        guard !alias.isEmpty, alias.utf8.count <= LuaImport.longestAlias else {
            let most = LuaImport.longestAlias
            fail("imports: a name of \(alias.utf8.count) bytes; expected 1 to \(most)", at: path, isAboutKey: true)
            return nil
        }
        guard let entry = value.string.flatMap({ EntryID($0) }) else {
            let name = PrintableText.escape(alias)
            fail(
                "imports.\(name): expected the ID of a \(LuaFile.libraryKind) such as app.lib:dates, found \(value.phrase)",
                at: path)
            return nil
        }
        return LuaImport(alias, entry)
    }

    private mutating func fail(_ message: String, at path: [String], isAboutKey: Bool = false) {
        failures.append(EntryFailure(message, at: path, isAboutKey: isAboutKey))
    }
}
