import Model
import Values

/// What changes when a library that a file imports does, or one that this imports.
struct LibraryVersions {
    private let libraries: LuaLibraries
    private let answers: FunctionAnswers
    /// Of the libraries, each found once.
    private var known: [EntryID: String] = [:]

    init(_ libraries: LuaLibraries, _ answers: FunctionAnswers) {
        (self.libraries, self.answers) = (libraries, answers)
    }

    /// Empty: the file imports nothing.
    mutating func version(ofImports file: LuaFile) -> String {
        var text = ""
        for item in file.imports { text += "\(item.alias)=\(item.entry)=\(version(of: item.entry));" }
        return text
    }

    private mutating func version(of entry: EntryID) -> String {
        if let version = known[entry] { return version }
        guard let file = libraries[entry] else { return "" }
        let text = "\(file.path)=\(answers.version(ofLibrary: file))\(version(ofImports: file))"
        let version = String(StableHash.of(Array(text.utf8)), radix: 16)
        known[entry] = version
        return version
    }
}
