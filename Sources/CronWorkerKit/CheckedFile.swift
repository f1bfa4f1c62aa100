import Kernel
import Model
import Values
import Wire

/// One Lua file under question, in an engine of its own, as in the workers to come. What is found out about it is found out
/// once: ten thousand entries may name the same file.
struct CheckedFile {
    let path: String
    /// `nil`: the program has none.
    private let engine: (any FunctionEngine)?
    /// Why it cannot be loaded, whatever the function.
    private var refusal: FunctionRefusal?
    /// Of the engine's files, in their order.
    private var versions: [String] = []

    init(_ path: String, _ engine: (any FunctionEngine)?) { (self.path, self.engine) = (path, engine) }

    mutating func verdict(on function: LuaFunction) -> FunctionCheckAnswer {
        if let refusal { return .refused(key: refusal.key, error: refusal.description) }
        do throws(FunctionRefusal) {
            guard let engine else { throw FunctionHost.noEngine }
            try engine.prepare(function)
            return .ready
        } catch {
            if error.key == "source" { refusal = error }
            return .refused(key: error.key, error: error.description)
        }
    }

    /// All files that were read so far.
    mutating func filesRead() -> [FunctionCheckAnswer] {
        let files = engine?.files ?? []
        for file in files[versions.count...] { versions.append(Self.version(of: file)) }
        return zip(files, versions).map { .read(file: $0, version: $1) }
    }

    /// More than an engine takes for a source.
    private static var largest: Int { 16 << 20 }

    /// By its contents: a file that is written again as it was is the same.
    private static func version(of file: String) -> String {
        guard case (let bytes, _)? = try? FileSystem.contents(of: file, limit: largest) else { return "unreadable" }
        return String(StableHash.of(bytes), radix: 16)
    }
}
