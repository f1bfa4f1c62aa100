import Model
import Values
import Wire

/// What the workers' programs say of the functions that a registry names.
struct FunctionAnswers: Sendable {
    enum Catalog: Hashable, Sendable {
        case functions(Set<String>)
        case unknown(why: String)
    }

    struct Refusal: Hashable, Sendable {
        /// The key of the entry that is wrong.
        var key: String
        var error: String
    }

    /// By the program's path; `nil` is the standard one.
    var catalogs: [String?: Catalog] = [:]
    var refusals: [FunctionCheck: Refusal] = [:]
    /// Of the files that a function or a library is made of, without those that it imports.
    var versions: [FunctionCheck: String] = [:]
    /// The names of the functions' first parameters.
    var parameters: [FunctionCheck: String] = [:]
    var programVersions: [String: String] = [:]
    /// All files that were read to answer.
    var files = CheckedTexts()

    /// What is wrong with a job's function; `nil` if nothing is.
    func refusal(of function: EntryFunction) -> Refusal? {
        switch function {
        case .exec: nil
        case .lua(let function): refusals[FunctionCheck(function)]
        case .swift(let name, let program): catalogs[program].flatMap { Self.refusal(of: name, in: $0, of: program) }
        }
    }

    func refusal(ofLibrary file: LuaFile) -> Refusal? { refusals[FunctionCheck(library: file)] }

    private static func refusal(of name: String, in catalog: Catalog, of program: String?) -> Refusal? {
        switch catalog {
        case .unknown(let why): return Refusal(key: "source", error: "source: \(why)")
        case .functions(let functions):
            guard !functions.contains(name) else { return nil }
            let names = functions.sorted()
            let who = program.map { "'\(PrintableText.escape($0))'" } ?? "the worker"
            return Refusal(
                key: "method",
                error: "\(who) has no function '\(PrintableText.escape(name))'; expected one of "
                    + names.joined(separator: ", ") + NearestName.hint(for: name, among: names))
        }
    }

    /// Of the files that the function is made of, and of the libraries that it imports; empty: it has none of its own.
    func version(of function: EntryFunction, _ libraries: inout LibraryVersions) -> String {
        switch function {
        case .exec: ""
        case .lua(let function):
            (versions[FunctionCheck(function)] ?? "") + libraries.version(ofImports: function.source)
        case .swift(_, let program): program.flatMap { programVersions[$0] } ?? ""
        }
    }

    /// The name of a Lua function's first parameter.
    func firstParameter(of function: EntryFunction) -> String? {
        if case .lua(let function) = function { parameters[FunctionCheck(function)] } else { nil }
    }

    func version(ofLibrary file: LuaFile) -> String { versions[FunctionCheck(library: file)] ?? "" }
}
