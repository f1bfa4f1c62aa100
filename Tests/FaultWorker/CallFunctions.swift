import Jobs
import Synchronization
import Values

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

/// Calls it from forty tasks. Each call is made when the one before has begun.
func callInCrowd(_ context: JobContext) async throws -> JobResult {
    let calls = try await withThrowingTaskGroup(of: Value.self) { group in
        for _ in 0..<40 {
            group.addTask { try await context.call(target(context), argument(context)) }
            try await Task.sleep(for: .milliseconds(1))
        }
        return try await group.reduce(into: 0) { count, _ in count += 1 }
    }
    return "\(calls) calls"
}

/// Leaves a task behind that calls it in the next run, and tells what came of that of a run before.
func callTooLate(_ context: JobContext) async throws -> JobResult {
    let (gate, opener) = AsyncStream<Void>.makeStream()
    let before = lateCall.withLock { late in
        defer { late.opener = opener }
        return late
    }
    before.opener?.finish()
    Task.detached {
        for await _ in gate {}
        let answer: String
        do {
            _ = try await context.call(target(context), .null)
            answer = "called"
        } catch {
            answer = "\(error)"
        }
        lateCall.withLock { $0.answer = answer }
    }
    return JobResult(before.answer)
}

private let lateCall = Mutex((answer: "nothing", opener: AsyncStream<Void>.Continuation?.none))

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
