import Clocks
import Kernel

/// Notices that somebody sets the wall clock, without ever waking up for anything else.
final class ClockWatch {
    private let timer: SlotTimer

    init(_ poller: borrowing Poller) throws(SystemError) {
        timer = try SlotTimer(.wall)
        try timer.register(with: poller, token: EventToken.clock.packed)
        try arm()
    }

    /// Until the clock is set: to be called again when it was.
    func arm() throws(SystemError) { try timer.set(.distantFuture) }
}
