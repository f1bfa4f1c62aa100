package import Jobs
package import Model
package import Values

/// What runs the functions of a language other than Swift. On the main thread alone.
package protocol FunctionEngine: AnyObject {
    /// Loads what the function is in, if it is not yet, and sees that it is there. Returns the name of its first parameter, if it
    /// has one.
    @discardableResult
    func prepare(_ function: LuaFunction) throws(FunctionRefusal) -> String?

    /// Loads a file that others import.
    func prepare(library: LuaFile) throws(FunctionRefusal)

    /// - Throws: what the function failed with.
    func call(_ function: LuaFunction, _ arguments: [Value], in setting: CallSetting) throws -> Value

    /// All files that it has read so far.
    var files: [SourceFile] { get }

    /// What it holds, in bytes: it keeps that as long as the process lives.
    var memory: Int { get }

    /// A long sleep is ahead: what nobody needs may go.
    func rest()
}

/// What a call has besides its arguments.
package struct CallSetting {
    /// What a function can ask for: what its run is, and what those who called it have added.
    package let context: Value.Map
    package let logger: JobLogger

    package init(context: Value.Map, logger: JobLogger) { (self.context, self.logger) = (context, logger) }
}

/// What a function failed with, where it says more than a text.
package struct FunctionFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// With the traceback of an error that was raised.
    package let description: String
    /// One word, such as `NOT_FOUND`.
    package var kind: String?
    /// Whether another attempt may help; `nil`: it does not say.
    package var isRetryable: Bool?
    package var details = Value.null

    package init(_ description: String, kind: String? = nil) { (self.description, self.kind) = (description, kind) }
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
    /// `context`: what the function can ask for besides what its caller can.
    func call(_ id: String, _ arguments: [Value], adding context: Value.Map) throws -> Value
    func find(_ criteria: Value.Map) throws -> [Value]
    func get(_ id: String) throws -> Value?
    /// What the clocks of a zone show at a moment; an empty name is that of the job.
    func zone(_ name: String, at seconds: Int64) throws -> ZoneSpan
    /// What the zone is called then, such as CEST.
    func zoneName(_ name: String, at seconds: Int64) throws -> String
    /// What the registry's `env.variable` entries say of a variable that the environment does not have; `nil`: nothing.
    func variable(_ name: String) throws -> String?
    /// All that they say, by the names of the variables.
    func variables() throws -> Value.Map
    /// The file of an entry that another one imports.
    func library(_ id: EntryID) throws -> LuaFile
    /// A file's contents as they were when the registry was loaded; `nil`: it had no part in that.
    func text(of path: String) throws -> [UInt8]?
    /// As they are now, or the first `limit` bytes and one more; `nil`: it was written to meanwhile. Fails if root must not trust
    /// the file.
    func contents(of path: String, limit: Int) throws -> [UInt8]?
}

/// A time in which the clocks of a zone stay as they are.
package struct ZoneSpan: Hashable, Sendable {
    /// The first second of it, since 1970, and the first after it.
    package let start, end: Int64
    /// Seconds east of Greenwich.
    package let offset: Int64
}

/// A function cannot be called.
package struct FunctionRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The key of the entry that is wrong: `source` or `method`.
    package let key: String
    package let description: String

    package init(key: String, _ description: String) { (self.key, self.description) = (key, description) }
}
