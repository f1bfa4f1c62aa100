import Clocks
import Model
import Schedules
import TestSupport
import Testing
import Turns
import Wire

@Suite("The account of a job's slots")
struct SlotAccountTests {
    private var account = SlotAccount(timetable: Timetable(.interval(.seconds(10)), start: at(100)))

    @Test("begins empty at the start of the grid")
    func empty() {
        #expect(account.accounted == at(100))
        #expect(account.total == 0)
        #expect(Outcome.allCases.allSatisfy { account[$0] == 0 })
    }

    @Test("keeps each outcome apart")
    func outcomes() {
        var account = account
        for (index, outcome) in Outcome.allCases.enumerated() {
            for _ in 0...index {
                #expect(account.record(outcome, slot: account.timetable.next(after: account.accounted)) == 0)
            }
        }
        for (index, outcome) in Outcome.allCases.enumerated() { #expect(account[outcome] == Int64(index + 1)) }
        #expect(account.total == 45)
        #expect(account.accounted == at(550))
    }

    @Test("leaves a slot open that is due, of the grid, and behind all that have an outcome")
    func open() {
        var account = account
        #expect(account.record(.ok, slot: at(120)) == 1)
        for (slot, isOpen) in [(100, false), (110, false), (120, false), (125, false), (130, true), (140, false)] {
            #expect(account.isOpen(at(Int64(slot)), at: at(139) - .milliseconds(1)) == isOpen, "\(slot)")
        }
        #expect(account.isOpen(at(140), at: at(139)))
        #expect(!account.isOpen(.distantFuture, at: at(139)))
        #expect(!account.isOpen(SlotInstant(nanoseconds: .min), at: at(139)))
    }

    @Test("closes no slot twice, and none that is before all of them")
    func misses() {
        var account = account
        #expect(account.miss(before: at(130)) == 2)
        #expect(account.miss(before: at(130)) == 0)
        #expect(account.miss(through: at(129)) == 0)
        #expect(account.miss(through: at(130)) == 1)
        #expect(account.close(through: at(150), outcome: .skipped) == 2)
        #expect(account.close(through: at(150), outcome: .skipped) == 0)
        #expect(account.miss(before: SlotInstant(nanoseconds: .min)) == 0)
        #expect(account.accounted == at(150))
        #expect((account[.missed], account[.skipped]) == (3, 2))
    }

    @Test("holds as many slots as there is time for")
    func endOfTime() {
        var account = SlotAccount(
            timetable: Timetable(.interval(Nanoseconds(1)), start: SlotInstant(nanoseconds: 0)))
        #expect(account.miss(through: .distantFuture) == .max)
        #expect(account.total == .max)
    }

    @Test("takes over counts up to a slot, and misses what they leave out")
    func dropped() {
        var account = account
        #expect(account.take(.init(ok: 1, failed: 2, skipped: 1), through: at(150)) == 1)
        #expect((account[.ok], account[.failed], account[.skipped], account[.missed]) == (1, 2, 1, 1))
        #expect(account.accounted == at(150))
    }

    @Test(
        "takes over no counts for slots that there are not",
        arguments: [
            (6, 0, 0), (5, 1, 0), (5, 0, 1), (.max, .max, .max), (.max, 1, 0), (-1, 0, 0), (6, -1, 0), (0, 0, .min),
        ] as [(Int64, Int64, Int64)])
    func foreign(ok: Int64, failed: Int64, skipped: Int64) {
        var account = account
        #expect(account.take(.init(ok: ok, failed: failed, skipped: skipped), through: at(150)) == nil)
        #expect(account.total == 0)
        #expect(account.accounted == at(100))
    }
}

extension SlotInstant {
    fileprivate static func - (instant: Self, duration: Nanoseconds) -> Self {
        Self(nanoseconds: instant.nanoseconds - duration.count)
    }
}
