import Kernel
import Shared
import Synchronization

/// How other threads reach the main thread while it waits for an async function: with calls that only it may make, and with
/// the news that something is done.
final class Mailbox: Sendable {
    struct Call: Sendable {
        let id: String
        let arguments: [Value]
        let reply: CheckedContinuation<Value, any Error>
    }

    private let calls = Mutex<[Call]>([])
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
            calls.withLock { $0.append(Call(id: id, arguments: arguments, reply: reply)) }
            wake()
        }
    }

    /// The calls that have come.
    func take() throws(SystemError) -> [Call] {
        var buffer = [UInt8](repeating: 0, count: 64)
        while case .bytes = try reader.read(into: &buffer, from: 0) {}
        return calls.withLock { calls in
            defer { calls = [] }
            return calls
        }
    }
}
