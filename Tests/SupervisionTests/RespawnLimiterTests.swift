import Clocks
import Supervision
import TestSupport
import Testing

@Suite("The limit on respawns")
struct RespawnLimiterTests {
    private func admitted(_ limiter: inout RespawnLimiter, at now: MonotonicInstant, of count: Int) -> Int {
        (0..<count).count { _ in limiter.admit(at: now) == nil }
    }

    @Test("lets a burst through at once")
    func burst() {
        var limiter = RespawnLimiter(perSecond: 100, burst: 20)
        #expect(admitted(&limiter, at: at(1_000), of: 1_000) == 20)
    }

    @Test("then lets through what the rate allows, in the long run")
    func rate() {
        var limiter = RespawnLimiter(perSecond: 100, burst: 20)
        var count = 0
        for millisecond in 0..<10_000 as Range<Int64> {
            count += admitted(&limiter, at: at(1_000) + .milliseconds(millisecond), of: 3)
        }
        // 9.999 s at 100 a second besides the burst.
        #expect(count == 20 + 999)
    }

    @Test("names the moment at which one more may start, and not a nanosecond sooner")
    func moment() {
        var limiter = RespawnLimiter(perSecond: 100, burst: 1)
        #expect(limiter.admit(at: at(1_000)) == nil)
        let moment: MonotonicInstant = at(1_000) + .milliseconds(10)
        #expect(limiter.admit(at: at(1_000)) == moment)
        #expect(limiter.admit(at: MonotonicInstant(nanoseconds: moment.nanoseconds - 1)) != nil)
        #expect(limiter.admit(at: moment) == nil)
    }

    @Test("names to each a moment of its own, at which it is let through")
    func turns() {
        var limiter = RespawnLimiter(perSecond: 100, burst: 20)
        let moments = (0..<1_020).compactMap { _ in limiter.admit(at: at(1_000)) }
        #expect(moments.count == 1_000 && Set(moments).count == 1_000)
        #expect(moments.allSatisfy { limiter.admit(at: $0) == nil })
        #expect(moments.last == at(1_000) + .seconds(10))
    }

    @Test("saves up no more than a burst, however long nothing happens")
    func idle() {
        var limiter = RespawnLimiter(perSecond: 100, burst: 20)
        _ = admitted(&limiter, at: at(1_000), of: 100)
        #expect(admitted(&limiter, at: at(1_000_000), of: 100) == 20)
        #expect(admitted(&limiter, at: at(1_000_000) + .milliseconds(50), of: 100) == 5)
        #expect(admitted(&limiter, at: at(1_000_000) + .milliseconds(1_000), of: 100) == 20)
    }
}
