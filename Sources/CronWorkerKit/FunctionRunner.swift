import Clocks
import Jobs
import Kernel
import Shared
import Synchronization

/// Calls a job function and makes a result or an error text of whatever comes back.
struct FunctionRunner {
    private let function: JobCatalog.Function

    init(_ function: JobCatalog.Function) { self.function = function }

    func call(
        _ context: JobContext, control: ControlChannel, reports: ReportChannel
    ) throws -> (isOK: Bool, text: String) {
        switch function {
        case .function(let body): return reports.flushing { Self.outcome { try body(context) } }
        case .asyncFunction(let body): return try AsyncRun(body, context).wait(control: control, reports: reports)
        }
    }

    fileprivate static func outcome(_ body: () throws -> JobResult) -> (isOK: Bool, text: String) {
        do {
            return (true, try body().text)
        } catch {
            return (false, "\(error)")
        }
    }
}

/// One run of an async function, on the concurrency runtime's threads; the main thread meanwhile answers the daemon.
private struct AsyncRun: ~Copyable {
    private let result = ResultBox()
    private let done: Descriptor

    init(
        _ body: @escaping @Sendable (JobContext) async throws -> JobResult, _ context: JobContext
    ) throws(SystemError) {
        let pipe = try Pipe.open(nonblocking: .both)
        done = pipe.reader
        let result = result
        let signal = DoneSignal(pipe.writer)
        Task.detached {
            do {
                let text = try await body(context).text
                result.value.withLock { $0 = (true, text) }
            } catch {
                result.value.withLock { $0 = (false, "\(error)") }
            }
            signal.send()
        }
    }

    func wait(control: ControlChannel, reports: ReportChannel) throws -> (isOK: Bool, text: String) {
        while true {
            var poll = Poll()
            poll.add(done.pollHandle, for: .read)
            if !control.isClosed { poll.add(control.pollHandle, for: .read) }
            if !reports.flush() { poll.add(reports.pollHandle, for: .write) }
            try poll.wait(nil)
            if poll.isReady(0), let outcome = result.value.withLock({ $0 }) { return outcome }
            if !control.isClosed, poll.isReady(1) { try answer(control, reports) }
        }
    }

    private func answer(_ control: ControlChannel, _ reports: ReportChannel) throws {
        try control.receive { command in
            // Anything else waits for nobody: a run is in hand.
            if case .ping(let token) = command { reports.send(.pong(token: token)) }
        }
    }
}

private final class ResultBox: Sendable {
    let value = Mutex<(isOK: Bool, text: String)?>(nil)
}

/// Wakes the main thread.
private final class DoneSignal: Sendable {
    private let writer: Descriptor

    init(_ writer: consuming Descriptor) { self.writer = writer }

    func send() { _ = try? writer.write([1]) }
}
