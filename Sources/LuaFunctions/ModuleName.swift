internal import Kernel

/// The name that `require` is called with: `util`, `lib.util`, `lib/util`.
struct ModuleName {
    private let name: String

    init(_ name: String) { self.name = name }

    /// The file that has the module, below the directory of `source`.
    /// `isAccepted`: whether a file is one that counts, though it may not be there any more.
    func path(beside source: String, _ isAccepted: (String) -> Bool) throws(LuaFailure) -> String {
        guard let steps else {
            throw failure(source, "require '\(name)': expected a name such as util or lib.util, below the file itself")
        }
        let stem = directory(of: source) + steps
        let places = ["\(stem).lua", "\(stem)/init.lua"]
        for place in places where isAccepted(place) { return place }
        for place in places where isFile(place) { return place }
        throw failure(source, "module '\(name)' not found; looked for \(places[0]) and \(places[1])")
    }

    /// `nil` for a name that leads elsewhere.
    private var steps: String? {
        guard !name.utf8.contains(0) else { return nil }
        let steps = name.split(omittingEmptySubsequences: false) { $0 == "." || $0 == "/" }
        for step in steps where step.isEmpty { return nil }
        return steps.joined(separator: "/")
    }

    private func directory(of source: String) -> String {
        guard let slash = source.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
        return String(source[...slash])
    }

    private func isFile(_ path: String) -> Bool {
        guard let status = try? FileSystem.status(path) else { return false }
        return status.kind == .regular
    }

    private func failure(_ source: String, _ message: String) -> LuaFailure {
        LuaFailure(file: source, message: message)
    }
}
