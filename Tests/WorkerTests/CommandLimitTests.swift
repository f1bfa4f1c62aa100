import Clocks
import Kernel
import TestSupport
import Testing

@testable import CronWorkerKit

@Suite("The time-out of a command whose daemon may be gone")
struct CommandLimitTests {
    private final class Daemon {
        var isGone = true
    }

    private let daemon = Daemon()

    /// A time-out at 10 s, and 5 s from SIGTERM to SIGKILL.
    private func limit() -> CommandLimit {
        CommandLimit(timeout: at(10), killAfter: .seconds(5)) { [daemon] in daemon.isGone }
    }

    @Test("comes in two steps, each once")
    func steps() {
        var limit = limit()
        #expect(limit.next == at(10) && limit.signal(at: at(9)) == nil)
        #expect(limit.signal(at: at(10)) == .terminate && limit.next == at(15))
        #expect(limit.signal(at: at(14)) == nil)
        #expect(limit.signal(at: at(15)) == .kill && limit.next == .distantFuture)
        #expect(limit.signal(at: at(1_000)) == nil)
    }

    @Test("is the daemon's as long as there is one, which is asked after each second from then on")
    func daemonLives() {
        var limit = limit()
        daemon.isGone = false
        for second in Int64(10)...20 {
            #expect(limit.signal(at: at(second)) == nil && limit.next == at(second + 1))
        }
        daemon.isGone = true
        #expect(limit.signal(at: at(21)) == .terminate && limit.next == at(26))
    }

    @Test("needs no second SIGTERM where one came, but SIGKILL when its time is over")
    func terminated() {
        var (early, late) = (limit(), limit())
        early.terminated(at: at(3))
        late.terminated(at: at(12))
        #expect(early.next == at(15) && late.next == at(17))
        early.terminated(at: at(14))
        #expect(early.signal(at: at(15)) == .kill && late.signal(at: at(17)) == .kill)
    }
}
