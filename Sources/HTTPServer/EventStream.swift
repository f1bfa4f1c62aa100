internal import CHTTP
import Synchronization

/// An answer that goes on as long as both sides stay. Whoever does not read what is pushed is let go, and connects again.
@safe package final class EventStream: Sendable {
    @safe private struct State: ~Copyable {
        var pending: [UInt8] = []
        var isClosed = false
        /// The connection that waits for something to be pushed.
        nonisolated(unsafe) var sleeper: OpaquePointer?
    }

    private let state = Mutex(State())
    private let onEnd: @Sendable () -> Void

    /// In bytes.
    private static let most = 512 * 1_024

    /// `onEnd`: nobody reads it any more.
    package init(onEnd: @escaping @Sendable () -> Void) { self.onEnd = onEnd }

    package func push(_ bytes: [UInt8]) {
        state.withLock { state in
            guard !state.isClosed else { return }
            if state.pending.count + bytes.count > Self.most { state.isClosed = true } else { state.pending += bytes }
            wake(&state)
        }
    }

    package func close() {
        state.withLock { state in
            state.isClosed = true
            wake(&state)
        }
    }

    private func wake(_ state: inout State) {
        if let sleeper = unsafe state.sleeper { unsafe MHD_resume_connection(sleeper) }
        unsafe state.sleeper = nil
    }

    /// How many bytes were written; 0: the connection sleeps until there are some; `nil`: there will be none.
    func read(into buffer: UnsafeMutableRawBufferPointer, for connection: OpaquePointer) -> Int? {
        state.withLock { state in
            guard !state.pending.isEmpty else {
                if state.isClosed { return nil }
                unsafe state.sleeper = connection
                unsafe MHD_suspend_connection(connection)
                return 0
            }
            let count = min(buffer.count, state.pending.count)
            unsafe state.pending.withUnsafeBytes { unsafe buffer.copyMemory(from: .init(rebasing: $0[..<count])) }
            state.pending.removeFirst(count)
            return count
        }
    }

    func end() {
        state.withLock { state in
            state.isClosed = true
            unsafe state.sleeper = nil
        }
        onEnd()
    }
}
