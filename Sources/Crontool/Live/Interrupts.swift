import Clocks
import Kernel

/// SIGINT, which is read here and does not end the process as long as this is there.
final class Interrupts {
    private let block = SignalBlock([.interrupt])
    private let signals: SignalQueue

    init() throws(SystemError) { signals = try SignalQueue([.interrupt]) }

    deinit { block.restore() }

    var pollHandle: PollHandle { signals.descriptor.pollHandle }

    /// Returns whether it has.
    func haveCome() -> Bool { !((try? signals.take()) ?? []).isEmpty }

    /// Waits for it. Returns whether it has come.
    func come(within time: Nanoseconds) -> Bool {
        var poll = Poll()
        poll.add(pollHandle, for: .read)
        try? poll.wait(time)
        return haveCome()
    }
}
