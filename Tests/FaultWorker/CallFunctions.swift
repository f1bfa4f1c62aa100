import Jobs
import Shared

/// Returns what it was told, as a value.
func echo(_ context: JobContext) throws -> JobResult {
    JobResult(
        .map(
            Value.Map([
                ("entry", .string(context.entry.description)), ("run", .int(context.run)), ("args", context.args),
                ("arguments", .list(context.arguments)),
            ])))
}

/// Calls the entry's `target` with its `with`.
func call(_ context: JobContext) throws -> JobResult {
    JobResult(try context.call(target(context), argument(context)))
}

/// Calls it twice at a time, from tasks.
func callFromTasks(_ context: JobContext) async throws -> JobResult {
    async let first = context.call(target(context), .string("first"))
    async let second = context.call(target(context), .string("second"))
    return JobResult(.list([try await first, try await second]))
}

/// Makes the call that belongs to the function's own thread from another.
func callAstray(_ context: JobContext) async throws -> JobResult {
    func call() throws -> Value { try context.call(target(context), .null) }
    return JobResult(try call())
}

func findAll(_ context: JobContext) throws -> JobResult {
    let found = try context.registry.find(["meta.type": "cron.job"])
    let one = try context.registry.get("test:helper")
    let none = try context.registry.get("test:nobody")
    return "\(found.count) jobs, \(one?["kind"]?.string ?? "nothing"), \(none == nil ? "nobody" : "somebody")"
}

private func target(_ context: JobContext) -> String { context.data["target"]?.string ?? "" }

private func argument(_ context: JobContext) -> Value { context.data["with"] ?? .null }
