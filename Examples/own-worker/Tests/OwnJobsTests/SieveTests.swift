import CronWorkerKit
import OwnJobs
import Testing

@Suite("The sieve")
struct SieveTests {
    private func context(_ limit: Int64, _ cancellation: JobCancellation = JobCancellation()) throws -> JobContext {
        let args = Value.map(Value.Map([("limit", .int(limit))]))
        return JobContext(
            entry: try #require(EntryID("own:job.sieve")), run: 1, slot: nil, meta: Value.Map(),
            data: Value.Map([("args", args)]), logger: JobLogger { _, _, _ in }, directory: ".",
            deadline: .now.advanced(by: .seconds(60)), cancellation: cancellation)
    }

    @Test("counts primes")
    func counts() async throws {
        #expect(try await sieve(context(100)).text == "25 primes up to 100")
    }

    @Test("gives up when it is told to")
    func cancelled() async throws {
        let cancellation = JobCancellation()
        cancellation.cancel()
        await #expect(throws: JobError.self) { try await sieve(context(100, cancellation)) }
    }
}
