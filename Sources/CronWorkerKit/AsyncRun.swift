import Jobs
import Kernel
import Synchronization
import Values

/// One run of an async function, on the concurrency runtime's threads; the main thread meanwhile answers the daemon, and makes
/// the calls that the function asks for, one after the other.
struct AsyncRun {
    private let result = ResultBox()
    private let mailbox: Mailbox

    init(_ body: @escaping @Sendable (JobContext) async throws -> JobResult, _ context: JobContext, _ mailbox: Mailbox)
    {
        self.mailbox = mailbox
        let result = result
        Task.detached {
            do {
                let value = try await body(context).value
                result.value.withLock { $0 = .success(value) }
            } catch {
                result.value.withLock { $0 = .failure(error) }
            }
            mailbox.wake()
        }
    }

    /// `call`: makes a call of the function's.
    func wait(_ daemon: DaemonLink, call: (Mailbox.Call) -> Void) throws -> Value {
        defer { mailbox.close() }
        while true {
            if let result = result.value.withLock({ $0 }) { return try result.get() }
            var poll = Poll()
            poll.add(mailbox.pollHandle, for: .read)
            daemon.add(to: &poll)
            try poll.wait(nil)
            try daemon.serve(poll, first: 1)
            for request in try mailbox.take() { call(request) }
        }
    }
}

private final class ResultBox: Sendable {
    let value = Mutex<Result<Value, any Error>?>(nil)
}
