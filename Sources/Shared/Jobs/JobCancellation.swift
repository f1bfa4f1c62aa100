import Synchronization

/// Whether a run is to end. May be used from any thread.
public final class JobCancellation: Sendable {
    private let flag = Atomic<Bool>(false)

    public init() {}

    public var isCancelled: Bool { flag.load(ordering: .acquiring) }

    /// A worker does so at SIGTERM; and so does the test of a function.
    public func cancel() { flag.store(true, ordering: .releasing) }
}
