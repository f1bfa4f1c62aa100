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
    func filesRead() -> [FunctionCheckAnswer] {
        (engine?.files ?? []).map { file in
            .read(
                file: file.path,
                version: file.hash.map { FunctionCheckAnswer.version($0) } ?? FunctionCheckAnswer.unreadable)
        }
    }
}
