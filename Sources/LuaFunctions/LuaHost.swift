package import Model
package import Values

/// What a Lua function can ask for beyond its own file. A machine keeps its host.
package protocol LuaHost: AnyObject {
    func log(_ level: LogLevel, _ message: String, _ fields: [(key: String, value: String)])

    /// Calls the function of an entry, and may call the machine again to do so: functions that call each other have to
    /// end somewhere, so the host counts how deep they are. `context`: what it can ask for besides what its caller can.
    func call(_ target: String, _ arguments: [Value], adding context: Value.Map) -> LuaAnswer

    /// A list: the first second of the span in which the clocks of a zone are as at `seconds` since 1970, the first after it, and how
    /// far east they are. `name` is empty for the zone of the job.
    func zone(_ name: String, at seconds: Int64) -> LuaAnswer
    /// A string: what the zone is called then, such as CEST.
    func zoneName(_ name: String, at seconds: Int64) -> LuaAnswer

    /// A map: what the running function can ask for.
    func context() -> LuaAnswer

    /// A string: the value of a variable that the environment does not have.
    func variable(_ name: String) -> LuaAnswer

    /// A map of all of these.
    func variables() -> LuaAnswer

    /// A list of entries. No criteria: all.
    func find(_ criteria: Value.Map) -> LuaAnswer

    /// The entry: a map with `id`, `kind`, `meta` and `data`.
    func get(_ id: String) -> LuaAnswer

    /// The file of an entry that another one imports.
    func library(_ id: EntryID) throws -> LuaFile

    /// The contents of a file that do not come from the file any more; `nil`: they do.
    func text(of path: String) throws -> [UInt8]?

    /// The contents of a file as they are now, or the first `limit` bytes and one more; `nil`: it was written to meanwhile.
    func contents(of path: String, limit: Int) throws -> [UInt8]?

    /// A string.
    func encodeJSON(_ value: Value) -> LuaAnswer
    func decodeJSON(_ text: [UInt8]) -> LuaAnswer
}

package enum LuaAnswer: Hashable, Sendable {
    case value(Value)
    case failure(LuaError)
}

/// What a function in Lua gets as the second value of `nil, error`.
package struct LuaError: Hashable, Sendable, ExpressibleByStringInterpolation {
    package var message: String
    /// One word, such as `NOT_FOUND`; `nil`: `UNKNOWN`.
    package var kind: String?
    package var isRetryable: Bool?
    package var details = Value.null

    package init(_ message: String, kind: String? = nil) { (self.message, self.kind) = (message, kind) }
    package init(stringLiteral message: String) { self.init(message) }
}
