import Clocks
import Model
import Schedules
import TestSupport
import Testing
import Turns
import Wire

@Suite("The books of a job's slots")
struct SlotBooksTests {
    private var books = SlotBooks(timetable: Timetable(.interval(.seconds(10)), start: at(100)))

    private func booking(
        _ first: SlotInstant, _ last: SlotInstant, _ count: Int64, _ outcome: Outcome = .missed,
        _ reason: Booking.Reason? = .noWorker
    ) -> Booking {
        Booking(first: first, last: last, count: count, outcome: outcome, reason: reason)
    }

    /// Of a run that has ended.
    private func end(_ slot: SlotInstant?, _ outcome: Outcome, run number: Int64 = 1, call: Int64? = nil) -> Booking {
        let run = Booking.Run(number: number, call: call, began: WallInstant(seconds: 120), text: "done")
        return Booking(first: slot, last: slot, count: 0, outcome: outcome, run: run)
    }

    @Test("begin empty at the start of the grid")
    func empty() {
        #expect(books.accounted == at(100))
        #expect(books.total == 0)
        #expect(Outcome.allCases.allSatisfy { books[$0] == 0 })
    }

    @Test("keep each outcome apart")
    func outcomes() {
        var books = books
        for (index, outcome) in Outcome.allCases.enumerated() {
            for _ in 0...index {
                let end = end(books.timetable.next(after: books.accounted), outcome)
                var settled = end
                settled.count = 1
                #expect(books.book(end, isSettled: true) == settled)
            }
        }
        for (index, outcome) in Outcome.allCases.enumerated() { #expect(books[outcome] == Int64(index + 1)) }
        #expect(books.total == 45)
        #expect(books.accounted == at(550))
    }

    @Test("keep a slot open whose run another attempt follows, and know the last run")
    func attempts() {
        var books = books
        #expect(books.book(end(at(110), .failed), isSettled: false) == end(at(110), .failed))
        #expect(books.total == 0 && books.isOpen(at(110), at: at(111)))
        #expect(books.lastRun == end(at(110), .failed))
    }

    @Test("know the last run of the job's own, also when the attempts at an earlier one are given up")
    func lastRun() {
        var books = books
        let failed = end(at(110), .failed, run: 1)
        _ = books.book(failed, isSettled: false)
        _ = books.book(end(nil, .ok, run: 2, call: 1), isSettled: true)
        #expect(books.lastRun == failed)
        let later = end(nil, .ok, run: 3)
        _ = books.book(later, isSettled: true)
        #expect(books.lastRun == later)
        _ = books.book(failed, isSettled: true)
        #expect(books.lastRun == later && books[.failed] == 1)
    }

    @Test("are not changed by a run besides the slots")
    func besides() {
        var books = books
        #expect(books.book(end(nil, .ok), isSettled: true) == end(nil, .ok))
        #expect(books.total == 0 && books.accounted == at(100))
    }

    @Test("know what each run came to, with and without a slot, but for those that were lost")
    func runs() {
        var books = books
        books.count(through: 9)
        _ = books.book(end(nil, .ok, run: 1), isSettled: true)
        _ = books.book(end(nil, .failed, run: 2, call: 1), isSettled: true)
        var first = end(at(110), .failed, run: 3)
        first.retryAfter = .seconds(1)
        _ = books.book(first, isSettled: false)
        #expect(books.retried == 1 && books.sum(.failed) == 1 && books.unknown == 6)
        _ = books.book(end(at(110), .ok, run: 4), isSettled: true)
        first.last = at(120)
        _ = books.book(first, isSettled: false)
        first.reason = .overlap
        _ = books.book(first, isSettled: true)
        _ = books.take(.init(ok: 1, failed: 1, skipped: 1, run: 7), through: at(150))
        #expect((books.sum(.ok), books.sum(.failed), books.sum(.skipped), books.retried) == (3, 3, 1, 1))
        #expect(books.unknown == 2 && books.total == 5)
    }

    @Test(
        "have the runs that a worker could not report, and no more",
        arguments: [
            (1, 1, 3, nil, false), (1, 1, 4, nil, true), (1, 1, 3, 2, true), (2, 1, 3, 2, false), (0, 1, 1, nil, false),
            (0, 0, 0, nil, true), (0, 0, .min, 2, true), (1, 0, 2, 2, true), (.max, .max, 4, nil, false),
        ] as [(Int64, Int64, Int64, Int64?, Bool)])
    func enoughRuns(ok: Int64, failed: Int64, run: Int64, running: Int64?, haveRuns: Bool) {
        var books = books
        books.count(through: 2)
        #expect(books.haveRuns(for: .init(ok: ok, failed: failed, run: run), running: running) == haveRuns)
    }

    @Test("leave a slot open that is due, of the grid, and behind all that have an outcome")
    func open() {
        var books = books
        #expect(books.miss(before: at(120)) == booking(at(110), at(110), 1))
        _ = books.book(end(at(120), .ok), isSettled: true)
        for (slot, isOpen) in [(100, false), (110, false), (120, false), (125, false), (130, true), (140, false)] {
            #expect(books.isOpen(at(Int64(slot)), at: at(139) - .milliseconds(1)) == isOpen, "\(slot)")
        }
        #expect(books.isOpen(at(140), at: at(139)))
        #expect(!books.isOpen(.distantFuture, at: at(139)))
        #expect(!books.isOpen(SlotInstant(nanoseconds: .min), at: at(139)))
    }

    @Test("close no slot twice, and none that is before all of them")
    func misses() {
        var books = books
        #expect(books.miss(before: at(130)) == booking(at(110), at(120), 2))
        #expect(books.miss(before: at(130)) == nil)
        #expect(books.close(through: at(129), .missed, .stop) == nil)
        #expect(books.close(through: at(135), .missed, .stop) == booking(at(130), at(130), 1, .missed, .stop))
        #expect(books.close(through: at(150), .skipped, .wait) == booking(at(140), at(150), 2, .skipped, .wait))
        #expect(books.close(through: at(150), .skipped, .wait) == nil)
        #expect(books.miss(before: SlotInstant(nanoseconds: .min)) == nil)
        #expect(books.accounted == at(150))
        #expect((books[.missed], books[.skipped]) == (3, 2))
    }

    @Test("hold as many slots as there is time for")
    func endOfTime() {
        var books = SlotBooks(timetable: Timetable(.interval(Nanoseconds(1)), start: SlotInstant(nanoseconds: 0)))
        #expect(books.close(through: .distantFuture, .missed, .noWorker)?.count == .max)
        #expect(books.total == .max)
    }

    @Test("take over counts up to a slot, and miss what they leave out")
    func dropped() {
        var books = books
        let bookings = books.take(.init(ok: 1, failed: 2, skipped: 1), through: at(150))
        let lost = [(Outcome.ok, 1), (.failed, 2), (.skipped, 1)].map { booking(at(110), at(150), $1, $0, .lost) }
        #expect(bookings == lost + [booking(at(110), at(150), 1)])
        #expect((books[.ok], books[.failed], books[.skipped], books[.missed]) == (1, 2, 1, 1))
        #expect(books.accounted == at(150))
    }

    @Test(
        "take over no counts for slots that there are not",
        arguments: [
            (6, 0, 0), (5, 1, 0), (5, 0, 1), (.max, .max, .max), (.max, 1, 0), (-1, 0, 0), (6, -1, 0), (0, 0, .min),
        ] as [(Int64, Int64, Int64)])
    func foreign(ok: Int64, failed: Int64, skipped: Int64) {
        var books = books
        #expect(books.take(.init(ok: ok, failed: failed, skipped: skipped), through: at(150)) == nil)
        #expect(books.total == 0)
        #expect(books.accounted == at(100))
    }
}

extension SlotInstant {
    fileprivate static func - (instant: Self, duration: Nanoseconds) -> Self {
        Self(nanoseconds: instant.nanoseconds - duration.count)
    }
}
