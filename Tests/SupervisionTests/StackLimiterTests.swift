import Clocks
import TestSupport
import Testing
import Values

@testable import Supervision

@Suite("Stacks are taken")
struct StackLimiterTests {
    private func id(_ number: Int) -> EntryID { EntryID("app:job\(number)")! }

    @Test("of one job once a minute")
    func job() {
        var limiter = StackLimiter()
        let answers = [0, 1, 59, 60, 61, 119, 120].map { limiter.admit(id(1), at: at($0)) }
        #expect(answers == [.take, .repeated, .repeated, .take, .repeated, .repeated, .take])
    }

    @Test("of four jobs at once, and of one a second in the long run")
    func all() {
        var limiter = StackLimiter()
        let first = (1...10).map { limiter.admit(id($0), at: at(0)) }
        #expect(first.count { $0 == .take } == 4 && first.count { $0 == .tooMany } == 6)
        #expect(limiter.admit(id(11), at: at(3)) == .tooMany)
        let later = (0..<400).count { limiter.admit(id(100 + $0), at: at(4 + Int64($0 / 10))) == .take }
        #expect(later == 40)
    }
}
