package import Jobs
package import Model
package import Values

/// What runs the functions of a language other than Swift. On the main thread alone.
package protocol FunctionEngine: AnyObject {
    /// Loads what the function is in, if it is not yet, and sees that it is there.
    func prepare(_ function: LuaFunction) throws(FunctionRefusal)

    /// Loads a file that others import.
    func prepare(library: LuaFile) throws(FunctionRefusal)

    /// - Throws: what the function failed with.
    func call(_ function: LuaFunction, _ arguments: [Value], logger: JobLogger) throws -> Value

    /// All files that it has read so far.
    var files: [SourceFile] { get }

    /// A long sleep is ahead: what nobody needs may go.
    func rest()
}

/// A file that an engine has read.
package struct SourceFile: Hashable, Sendable {
    package let path: String
    /// A hash of its contents; `nil`: they could not be read.
    package let hash: UInt64?

    package init(path: String, hash: UInt64?) { (self.path, self.hash) = (path, hash) }
}

/// What the functions of a `FunctionEngine` may ask of their worker. On the main thread alone.
package protocol FunctionServices: AnyObject {
    func call(_ id: String, _ arguments: [Value]) throws -> Value
    func find(_ criteria: Value.Map) throws -> [Value]
    func get(_ id: String) throws -> Value?
    /// The file of an entry that another one imports.
    func library(_ id: EntryID) throws -> LuaFile
    /// A file's contents as they were when the registry was loaded; `nil`: it had no part in that.
    func text(of path: String) throws -> [UInt8]?
    /// As they are now, or the first `limit` bytes and one more; `nil`: it was written to meanwhile. Fails if root must not trust
    /// the file.
    func contents(of path: String, limit: Int) throws -> [UInt8]?
}

/// A function cannot be called.
package struct FunctionRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The key of the entry that is wrong: `source` or `method`.
    package let key: String
    package let description: String

    package init(key: String, _ description: String) { (self.key, self.description) = (key, description) }
}
