import Clocks
import Testing

@testable import Daemon

@Suite("Runs that have begun just now")
struct YoungRunsTests {
    private func at(_ milliseconds: Int64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: milliseconds * 1_000_000)
    }

    @Test("are old after a while, in their order, and those that have ended are not waited for")
    func order() {
        var runs = YoungRuns()
        #expect(runs.deadline == .distantFuture && runs.takeOld(at: at(10_000)) == nil)
        for number in 1...100 { runs.append(Int64(number), of: number, at: at(Int64(number))) }
        #expect(runs.deadline == at(201) && runs.takeOld(at: at(200)) == nil)
        runs.remove(of: 2)
        #expect(runs.deadline == at(201))
        runs.remove(of: 1)
        #expect(runs.deadline == at(203), "the second has ended before")
        runs.remove(of: 1_000)
        for number in 3...100 {
            let run = runs.takeOld(at: at(300))
            #expect(run?.number == Int64(number) && run?.job == number)
        }
        #expect(runs.takeOld(at: at(300)) == nil && runs.deadline == .distantFuture)
        runs.append(7, of: 7, at: at(400))
        #expect(runs.deadline == at(600))
    }
}
