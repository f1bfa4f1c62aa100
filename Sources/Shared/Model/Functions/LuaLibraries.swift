package import Values

/// The libraries that functions in Lua import, and those that these import, by their entries.
package struct LuaLibraries: Sendable {
    package private(set) var files: [EntryID: LuaFile] = [:]

    package init() {}

    package subscript(entry: EntryID) -> LuaFile? {
        get { files[entry] }
        set { files[entry] = newValue }
    }

    /// Whether `file` imports one of them, itself or through others. They must not import each other in a circle.
    package func imports(of file: LuaFile, include isWanted: (LuaFile) -> Bool) -> Bool {
        var (seen, rest) = (Set<EntryID>(), file.imports.map(\.entry))
        while let entry = rest.popLast() {
            guard seen.insert(entry).inserted, let library = files[entry] else { continue }
            if isWanted(library) { return true }
            rest += library.imports.map(\.entry)
        }
        return false
    }
}
