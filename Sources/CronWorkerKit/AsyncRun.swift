import Clocks
import Jobs
import Kernel
import Synchronization
import Values

/// One run of an async function, on the concurrency runtime's threads; the main thread meanwhile answers the daemon, and makes
/// the calls that the function asks for, one after the other.
struct AsyncRun: ~Copyable {
    private let result = ResultBox()
    private let mailbox: Mailbox
    private let cancellation: JobCancellation?
    private var stoppage: Stoppage
    private let task: Task<Void, Never>

    /// `context`: has the `cancellation`.
    init(
        _ body: @escaping @Sendable (JobContext) async throws -> JobResult, _ context: JobContext, _ mailbox: Mailbox,
        _ limit: CommandLimit?
    ) throws(SystemError) {
        self.mailbox = mailbox
        cancellation = context.cancellation
        stoppage = try Stoppage(limit)
        let result = result
        task = Task.detached {
            do {
                let value = try await body(context).value
                result.value.withLock { $0 = .success(value) }
            } catch {
                result.value.withLock { $0 = .failure(error) }
            }
            mailbox.wake()
        }
    }

    /// `call`: makes a call of the function's. If the run is to end, the function is told, and this process ends when it has: there
    /// is no return then.
    consuming func wait(_ daemon: DaemonLink, call: (Mailbox.Call) -> Void) throws -> Value {
        defer { mailbox.close() }
        while true {
            if let result = result.value.withLock({ $0 }) {
                if stoppage.hasCome { Self.end(daemon) }
                return try result.get()
            }
            var poll = Poll()
            poll.add(mailbox.pollHandle, for: .read)
            poll.add(stoppage.pollHandle, for: .read)
            daemon.add(to: &poll)
            try poll.wait(stoppage.patience)
            try daemon.serve(poll, first: 2)
            if try stoppage.comes() { cancel() }
            for request in try mailbox.take() { call(request) }
        }
    }

    private func cancel() {
        cancellation?.cancel()
        task.cancel()
    }

    /// What the function has said last is to be read.
    private static func end(_ daemon: DaemonLink) -> Never {
        StandardOutputBuffer.flush()
        try? daemon.reports.drain()
        ThisProcess.end(by: .terminate)
    }
}

private final class ResultBox: Sendable {
    let value = Mutex<Result<Value, any Error>?>(nil)
}
