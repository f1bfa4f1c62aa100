import Clocks
import Kernel

/// Hears, in the run of an async function, that the run is to end: by SIGTERM, or by its time-out where there is no daemon any
/// more. As long as this is there SIGTERM does not end the process.
///
/// A thread that the process had before may take the signal all the same, and then it ends as without this.
struct Stoppage: ~Copyable {
    private let block: SignalBlock
    private let signals: SignalQueue
    private var limit: CommandLimit?
    /// It is to end.
    private(set) var hasCome = false

    /// To be made before the function has threads, which inherit the mask.
    init(_ limit: CommandLimit?) throws(SystemError) {
        let block = SignalBlock([.terminate])
        do throws(SystemError) {
            signals = try SignalQueue([.terminate])
        } catch {
            block.restore()
            throw error
        }
        (self.block, self.limit) = (block, limit)
    }

    deinit { block.restore() }

    var pollHandle: PollHandle { signals.descriptor.pollHandle }

    /// Until it has to be asked without a signal; `nil`: never.
    var patience: Nanoseconds? {
        guard let next = limit?.next, next != .distantFuture else { return nil }
        return Nanoseconds(max(0, (next - Clock.monotonic()).count))
    }

    /// Whether it has come just now.
    mutating func comes() throws(SystemError) -> Bool {
        let isSent = try !signals.take().isEmpty
        if isSent { limit?.terminated(at: Clock.monotonic()) }
        let isLate = limit?.signal(at: Clock.monotonic()) == .terminate
        guard isSent || isLate, !hasCome else { return false }
        hasCome = true
        return true
    }
}
