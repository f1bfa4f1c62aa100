package import Values

/// A file of Lua, and what its entry lets it require by names of its own.
package struct LuaFile: Hashable, Sendable {
    package let path: String
    /// Sorted by their aliases.
    package let imports: [LuaImport]

    package init(_ path: String, imports: [LuaImport] = []) { (self.path, self.imports) = (path, imports) }

    /// The kind of an entry that others import.
    package static let libraryKind = "library.lua"

    /// Reads an entry that another one imports. All failures are found in one pass.
    ///
    /// `directory`: that of the registry's file, at which relative paths begin.
    package static func library(_ data: Value.Map, directory: String) -> (file: LuaFile?, failures: [EntryFailure]) {
        var reader = LuaFileReader(data: data, directory: directory)
        let (path, imports) = (reader.source(), reader.imports())
        guard reader.failures.isEmpty, let path else { return (nil, reader.failures) }
        return (LuaFile(path, imports: imports), [])
    }

    /// What an entry must be for others to import it; `nil`: it is that.
    package static func refusal(of kind: String) -> String? {
        if kind == libraryKind { return nil }
        let hint = kind == FunctionKind.lua.rawValue ? "; a function is called by funcs.call" : ""
        return "is a \(PrintableText.escape(kind)); expected a \(libraryKind)\(hint)"
    }
}

package struct LuaImport: Hashable, Sendable {
    /// What `require` is called with.
    package let alias: String
    package let entry: EntryID

    package init(_ alias: String, _ entry: EntryID) { (self.alias, self.entry) = (alias, entry) }

    /// Of one entry.
    package static let most = 256
    /// In bytes.
    package static let longestAlias = 128
    /// Libraries that import each other.
    package static let deepest = 32
}
