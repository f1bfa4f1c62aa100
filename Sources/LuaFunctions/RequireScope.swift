import Model

/// What `require` finds for the files of an entry.
struct RequireScope: Hashable {
    /// With the slash at its end; `nil`: that of the file whose function is running.
    let directory: String?
    let imports: [LuaImport]

    /// Of all entries that import nothing and are no libraries: their files share what they require.
    static let common = RequireScope(directory: nil, imports: [])

    private init(directory: String?, imports: [LuaImport]) { (self.directory, self.imports) = (directory, imports) }

    /// Of a function's file.
    init(_ file: LuaFile) { self = file.imports.isEmpty ? .common : RequireScope(library: file) }

    init(library file: LuaFile) { self.init(directory: Self.directory(of: file.path), imports: file.imports) }

    func entry(_ alias: String) -> LuaImport? {
        for item in imports where item.alias == alias { return item }
        return nil
    }

    static func directory(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
        return String(path[...slash])
    }
}
