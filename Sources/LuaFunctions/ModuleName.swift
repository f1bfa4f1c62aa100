internal import Kernel

/// The name that `require` is called with: `util`, `lib.util`, `lib/util`.
struct ModuleName {
    private let name: String
    /// Below which its file is, with the slash at its end.
    private let directory: String

    init(_ name: String, below directory: String) { (self.name, self.directory) = (name, directory) }

    /// The files that would have it, the first one first; `nil` for a name that leads elsewhere.
    var places: [String]? {
        guard let steps else { return nil }
        return ["\(directory)\(steps).lua", "\(directory)\(steps)/init.lua"]
    }

    private var steps: String? {
        guard !name.utf8.contains(0) else { return nil }
        let steps = name.split(omittingEmptySubsequences: false) { $0 == "." || $0 == "/" }
        for step in steps where step.isEmpty { return nil }
        return steps.joined(separator: "/")
    }

    /// It is not there.
    var complaint: String {
        guard let places else {
            return "require '\(name)': expected a name such as util or lib.util, below the file itself"
        }
        return "module '\(name)' not found; looked for \(places[0]) and \(places[1])"
    }

    static func isFile(_ path: String) -> Bool {
        guard let status = try? FileSystem.status(path) else { return false }
        return status.kind == .regular
    }
}
