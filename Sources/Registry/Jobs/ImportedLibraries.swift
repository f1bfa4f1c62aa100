import Model
import Values

/// Finds the libraries that functions in Lua import, and those that these import.
struct ImportedLibraries {
    private let load: RegistryLoad
    private(set) var libraries = LuaLibraries()
    private(set) var errors: Diagnostics
    /// How deep the libraries import each other from each one on that was found, whether or not there is an error in it.
    private var depths: [EntryID: Int] = [:]
    /// From the function's entry to the one that is being looked at.
    private var way: [EntryID] = []

    private static let keys = ["source", "imports", "modules", "method"]

    init(_ load: RegistryLoad) {
        self.load = load
        errors = Diagnostics(limit: load.limits.diagnostics)
    }

    mutating func add(importsOf entry: EntryID, _ function: EntryFunction) {
        if case .lua(let function) = function { _ = follow(function.source, of: entry) }
    }

    /// Returns how deep they import each other from here on.
    private mutating func follow(_ file: LuaFile, of entry: EntryID) -> Int {
        way.append(entry)
        defer { way.removeLast() }
        var deepest = 0
        for item in file.imports {
            if let trouble = trouble(with: item.entry) {
                let path = ["imports", item.alias]
                errors.add(load.error(at: path, in: entry, "imports.\(PrintableText.escape(item.alias)): \(trouble)"))
            } else {
                deepest = max(deepest, 1 + (depths[item.entry] ?? 0))
            }
        }
        return deepest
    }

    /// `nil` if the entry can be imported here. What is wrong with its own keys is said there.
    private mutating func trouble(with id: EntryID) -> String? {
        guard let entry = load.snapshot?[id] else {
            return "no entry '\(id)' in the registry; expected the ID of a \(LuaFile.libraryKind)"
        }
        if let refusal = LuaFile.refusal(of: entry.kind) { return "'\(id)' \(refusal)" }
        if let start = way.firstIndex(of: id) { return circle(way[start...], id) }
        if depths[id] == nil, way.count <= LuaImport.deepest { depths[id] = read(entry) }
        guard let depth = depths[id], way.count + depth <= LuaImport.deepest else {
            return "entries import each other more than \(LuaImport.deepest) deep; expected at most that"
        }
        return nil
    }

    private func circle(_ way: ArraySlice<EntryID>, _ id: EntryID) -> String {
        let names = way.map { "'\($0)'" } + ["'\(id)'"]
        return "\(names.joined(separator: " imports ")); expected no libraries that import each other"
    }

    private mutating func read(_ entry: Entry) -> Int {
        let directory = RegistryPath.directory(of: entry.location.file)
        let (file, failures) = LuaFile.library(entry.data, directory: directory)
        let reporter = EntryDiagnostics(entry, load)
        for key in entry.data.keys where !Self.keys.contains(key) && KnownKeys.nearest(to: key, Self.keys) != nil {
            reporter.data.unknownKey(key, Self.keys)
        }
        for failure in failures { reporter.report(failure, of: "library", known: Self.keys) }
        errors.append(reporter.errors)
        guard let file else { return 0 }
        libraries[entry.id] = file
        return follow(file, of: entry.id)
    }
}
