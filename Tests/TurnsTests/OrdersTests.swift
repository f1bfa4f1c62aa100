import Clocks
import Model
import TestSupport
import Testing
import Turns
import Wire

@Suite("What a worker is told to run")
struct OrdersTests {
    private let retry: RunPolicy.Retry = {
        var retry = RunPolicy.Retry()
        retry.delays.jitter = 0
        return retry
    }()

    /// The run of the slot at 110 s failed at 111 s, and the next slot is due at 120 s.
    private func failed(
        _ orders: inout Orders, _ outcome: Outcome = .failed, attempt: Int = 1, at now: MonotonicInstant = at(111)
    ) -> Booking {
        var random = SplitMix64(seed: 1)
        let run = Booking.Run(number: 1, attempt: attempt, began: WallInstant(seconds: 110), text: "no")
        let end = Booking(first: at(110), last: at(110), count: 0, outcome: outcome, run: run)
        return orders.plan(after: end, retry, until: at(120), at: now, using: &random)
    }

    private func begin(_ slot: SlotInstant?, call: Int64? = nil) -> Report.Begin {
        Report.Begin(run: 2, slot: slot, next: at(120), lateness: .zero, call: call)
    }

    @Test("is an attempt when its time has come, unless the next slot is due before")
    func attempts() {
        var orders = Orders()
        #expect(failed(&orders).retryAfter == .seconds(1))
        #expect(orders.attempt(at: at(111)) == nil)
        #expect(orders.attempt(at: at(112))?.number == 2 && orders.pending?.slot == at(110))
        #expect(orders.deadline(isIdle: true) == at(112) && orders.deadline(isIdle: false) == at(120))
        #expect(!orders.attemptsAreOver(at: at(119)) && orders.attemptsAreOver(at: at(120)))
        var late = Orders()
        #expect(failed(&late, at: at(119)).retryAfter == nil && late.pending == nil)
    }

    @Test("is no attempt after an outcome that none would mend, nor beyond the last")
    func noAttempts() {
        for outcome in Outcome.allCases {
            var orders = Orders()
            #expect((failed(&orders, outcome).retryAfter != nil) == (outcome.retriedAs != nil), "\(outcome)")
        }
        var orders = Orders()
        #expect(failed(&orders, attempt: 3).retryAfter == nil && orders.pending == nil)
    }

    @Test("is not told twice: an attempt that was given is over when it begins")
    func given() {
        var orders = Orders()
        _ = failed(&orders)
        orders.give(RunOrder(slot: at(110), attempt: 2))
        #expect(orders.attempt(at: at(112)) == nil && orders.deadline(isIdle: true) == .distantFuture)
        #expect(!orders.attemptsAreOver(at: at(130)))
        #expect(orders.match(begin(at(120))) == nil)
        #expect(orders.match(begin(at(110)))?.attempt == 2)
        #expect(orders.given == nil && orders.pending == nil)
    }

    @Test("is given up with what the attempt before came to")
    func givingUp() {
        var orders = Orders()
        #expect(orders.giveUpAttempts() == nil)
        let end = failed(&orders)
        orders.give(RunOrder(slot: at(110), attempt: 2))
        #expect(orders.giveUpAttempts() == end)
        #expect(orders.pending == nil && orders.given == nil)
    }

    @Test("is one call after the other, and none beyond a hundred")
    func calls() {
        var orders = Orders()
        for number in 0..<Orders.mostCalls { #expect(orders.take(call: "\(number)") == true) }
        #expect(orders.take(call: "one too many") == false)
        orders.give(RunOrder(slot: nil, attempt: 1, call: 1))
        #expect(orders.nextCall == nil && orders.isKnown(100) && !orders.isKnown(101) && orders.isKnown(nil))
        let waiting = orders.takeCalls()
        #expect(waiting.count == 99 && waiting.first?.event == "1")
        #expect(orders.match(begin(nil, call: 1))?.call == 1)
        #expect(orders.calls.isEmpty && orders.given == nil)
    }

    @Test("is lost with the reports of it, and told again to the next worker if that is gone")
    func loss() {
        var orders = Orders()
        #expect(orders.lose() == false)
        _ = orders.take(call: "a")
        orders.give(RunOrder(slot: nil, attempt: 1, call: 1))
        orders.forget()
        #expect(orders.nextCall?.number == 1)
        orders.give(RunOrder(slot: nil, attempt: 1, call: 1))
        #expect(orders.lose() == true && orders.calls.isEmpty)
    }
}
