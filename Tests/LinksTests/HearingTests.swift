import Clocks
import Testing

@testable import Links

@Suite("What the daemon has heard")
struct HearingTests {
    private func at(_ seconds: Int64) -> MonotonicInstant { MonotonicInstant(nanoseconds: seconds * 1_000_000_000) }

    @Test("is all that was written before the wait of a round that had everything")
    func whole() {
        var hearing = Hearing()
        #expect(hearing.heard == at(0))
        hearing.finish(began: at(10), isPartial: false)
        #expect(hearing.heard == at(10))
        hearing.finish(began: at(11), isPartial: true)
        #expect(hearing.heard == at(10))
        hearing.finish(began: at(12), isPartial: false)
        #expect(hearing.heard == at(12))
    }

    @Test("is what was written before the first of so many partial rounds that each descriptor has had its turn")
    func partial() {
        var hearing = Hearing()
        for second in 0..<Int64(3 * Hearing.roundsForAll) {
            hearing.finish(began: at(100 + second), isPartial: true)
            let series = (second + 1) / Int64(Hearing.roundsForAll)
            #expect(hearing.heard == (series == 0 ? at(0) : at(100 + (series - 1) * Int64(Hearing.roundsForAll))))
        }
        hearing.finish(began: at(1_000), isPartial: true)
        hearing.finish(began: at(1_001), isPartial: false)
        #expect(hearing.heard == at(1_001))
    }
}
