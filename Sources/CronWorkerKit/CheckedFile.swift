import Model
import Values
import Wire

/// One Lua file under question, in an engine of its own, as in the workers to come. What is found out about it is found out
/// once: ten thousand entries may name the same file.
struct CheckedFile {
    let source: LuaFile
    /// `nil`: the program has none.
    private let engine: (any FunctionEngine)?
    /// Why it cannot be loaded, whatever the function.
    private var refusal: FunctionRefusal?

    init(_ source: LuaFile, _ engine: (any FunctionEngine)?) { (self.source, self.engine) = (source, engine) }

    mutating func verdict(on check: FunctionCheck) -> FunctionCheckAnswer {
        if let refusal { return .refused(key: refusal.key, error: refusal.description) }
        do throws(FunctionRefusal) {
            guard let engine else { throw FunctionHost.noEngine }
            if let method = check.method {
                return .ready(parameter: try engine.prepare(LuaFunction(source, method: method)))
            }
            try engine.prepare(library: source)
            return .ready(parameter: nil)
        } catch {
            if error.key == "source" { refusal = error }
            return .refused(key: error.key, error: error.description)
        }
    }

    /// Whatever becomes of this, the process keeps it.
    var memory: Int { engine?.memory ?? 0 }

    /// All files that were read so far.
    func filesRead() -> [FunctionCheckAnswer] {
        (engine?.files ?? []).map { file in
            .read(
                file: file.path,
                version: file.hash.map { FunctionCheckAnswer.version($0) } ?? FunctionCheckAnswer.unreadable)
        }
    }
}
