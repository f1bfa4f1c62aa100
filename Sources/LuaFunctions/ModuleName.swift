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
        let looked = "looked for \(places[0]) and \(places[1])"
        guard isWippys else { return "module '\(name)' not found; \(looked)" }
        return "module '\(name)' is one of Wippy's and not here; there are \(Self.present); \(looked)"
    }

    private static let present = "ctx, env, errors, funcs, json, logger, registry and time"

    private static let wippys =
        "actor archive base64 bapp btea cdc channel cloudstorage compress contract crypto eval eval_runner events excel exec "
        + "expr fs future hash html http http_client hub io jwt metrics ostime payload pg process queue security sql "
        + "store stream subscribe system template templates text treesitter tty upstream uuid websocket workflow xml yaml"

    private var isWippys: Bool {
        for word in Self.wippys.split(separator: " ") where word == name { return true }
        return false
    }

    static func isFile(_ path: String) -> Bool {
        guard let status = try? FileSystem.status(path) else { return false }
        return status.kind == .regular
    }
}
