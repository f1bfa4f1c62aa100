public import Values

/// The registry as a job function sees it: all entries that the daemon has in force, jobs or not. After a reload, a run
/// that is going on finds the new ones. It may be used from any thread.
public final class JobRegistry: Sendable {
    public typealias Call = @Sendable (_ id: String, _ arguments: [Value]) throws -> Value
    public typealias CallFromTask = @Sendable (_ id: String, _ arguments: [Value]) async throws -> Value
    public typealias Find = @Sendable (_ criteria: Value.Map) throws -> [Value]
    public typealias Get = @Sendable (_ id: String) throws -> Value?

    let call: Call
    let callFromTask: CallFromTask
    private let findEntries: Find
    private let getEntry: Get

    /// For the tests of a function: what its calls, searches and look-ups return.
    public init(
        call: @escaping Call, callFromTask: @escaping CallFromTask, find: @escaping Find, get: @escaping Get
    ) {
        (self.call, self.callFromTask, findEntries, getEntry) = (call, callFromTask, find, get)
    }

    /// The entries for which all `criteria` hold, in the order of the registry, each a map with `id`, `kind`, `meta`
    /// and `data`; all entries if there are no criteria. Criteria are those of cronsupd-registry(5), such as
    /// `["meta.type": "cron.job"]` or `["~meta.comment": "archive|copy"]`.
    ///
    /// - Throws: `JobError` with what is wrong with the criteria; or that the registry cannot be read.
    public func find(_ criteria: [String: String]) throws -> [Value] {
        let sorted = criteria.sorted { $0.key < $1.key }
        return try findEntries(Value.Map(sorted.map { ($0.key, .string($0.value)) }))
    }

    /// The entry with this ID as a map with `id`, `kind`, `meta` and `data`; `nil` if there is none, or if the text is
    /// no ID.
    ///
    /// - Throws: that the registry cannot be read.
    public func get(_ id: String) throws -> Value? { try getEntry(id) }

    /// Without entries: it finds nothing, and every call is an error.
    public static let none = JobRegistry(
        call: { id, _ in throw JobError("no entry '\(id)'; there is no registry here") },
        callFromTask: { id, _ in throw JobError("no entry '\(id)'; there is no registry here") },
        find: { _ in [] }, get: { _ in nil })
}
