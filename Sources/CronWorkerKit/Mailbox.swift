import Jobs
import Kernel
import Synchronization
import Values

/// How the tasks of one run of an async function reach the main thread while it waits for them: with calls that only it may
/// make, and with the news that something is done.
final class Mailbox: Sendable {
    struct Call: Sendable {
        let id: String
        let arguments: [Value]
        let reply: CheckedContinuation<Value, any Error>
    }

    /// `nil`: the run is over, and nobody will make any.
    private let calls = Mutex<[Call]?>([])
    private let reader: Descriptor
    private let writer: Descriptor

    init() throws(SystemError) {
        let pipe = try Pipe.open(nonblocking: .both)
        reader = pipe.reader
        writer = pipe.writer
    }

    var pollHandle: PollHandle { reader.pollHandle }

    func wake() { _ = try? writer.write([1]) }

    /// Returns what the call returned on the main thread.
    func call(_ id: String, _ arguments: [Value]) async throws -> Value {
        try await withCheckedThrowingContinuation { reply in
            let call = Call(id: id, arguments: arguments, reply: reply)
            let isOpen = calls.withLock { calls in
                calls?.append(call)
                return calls != nil
            }
            if isOpen { wake() } else { Self.refuse(call) }
        }
    }

    /// The calls that have come.
    func take() throws(SystemError) -> [Call] {
        var buffer = [UInt8](repeating: 0, count: 64)
        while case .bytes = try reader.read(into: &buffer, from: 0) {}
        return calls.withLock { calls in
            defer { calls = calls.map { _ in [] } }
            return calls ?? []
        }
    }

    /// The run is over. A task that lives on must not wait for ever.
    func close() {
        let left = calls.withLock { calls in
            defer { calls = nil }
            return calls ?? []
        }
        left.forEach(Self.refuse)
    }

    private static func refuse(_ call: Call) {
        call.reply.resume(throwing: JobError("'\(call.id)' cannot be called any more: the run is over"))
    }
}
