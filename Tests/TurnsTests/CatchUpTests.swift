import Clocks
import Model
import Schedules
import TestSupport
import Testing
import Wire

@testable import Turns

@Suite("What is made up for of slots that came due without a daemon")
struct CatchUpTests {
    private let timetable = Timetable(.interval(.seconds(10)), start: at(1_000))

    private func policy(_ slots: RunPolicy.CatchUp.Slots, max: Int = 100) -> RunPolicy.CatchUp {
        var policy = RunPolicy.CatchUp()
        (policy.slots, policy.max) = (slots, max)
        return policy
    }

    private func decide(
        _ policy: RunPolicy.CatchUp, deadline: Nanoseconds? = nil, now: Int64 = 1_055
    ) -> (missed: [CatchUp.Gap], through: SlotInstant?) {
        let catchUp = CatchUp(policy, timetable, after: at(1_010), at: at(now), deadline: deadline)
        return (catchUp.missed, catchUp.through)
    }

    @Test("is none, the last, or the last so many of them")
    func policies() {
        #expect(decide(policy(.none)) == ([.init(through: at(1_050), reason: .down)], nil))
        #expect(decide(policy(.last)) == ([.init(through: at(1_040), reason: .down)], at(1_050)))
        #expect(decide(policy(.all)) == ([], at(1_050)))
        #expect(decide(policy(.all, max: 3)) == ([.init(through: at(1_020), reason: .limit)], at(1_050)))
        #expect(decide(policy(.all), now: 1_015) == ([], nil))
    }

    @Test("is nothing that could not begin in time any more")
    func deadline() {
        #expect(
            decide(policy(.all), deadline: .seconds(15)) == ([.init(through: at(1_030), reason: .deadline)], at(1_050)))
        #expect(decide(policy(.all), deadline: .seconds(1)) == ([.init(through: at(1_050), reason: .deadline)], nil))
        let both = decide(policy(.last), deadline: .seconds(15))
        #expect(
            both == (
                [.init(through: at(1_030), reason: .deadline), .init(through: at(1_040), reason: .down)], at(1_050)
            ))
        // What begins just at its end is in time.
        #expect(decide(policy(.all), deadline: .seconds(35)).missed == [])
    }

    @Test("is decided without going through them: a job that was down for five years waits for nothing")
    func manySlots() {
        let secondly = Timetable(.interval(.milliseconds(10)), start: at(0))
        let catchUp = CatchUp(
            policy(.all, max: 10_000), secondly, after: at(0), at: at(5 * 365 * 86_400), deadline: nil)
        #expect(catchUp.missed.count == 1)
        #expect(secondly.count(after: catchUp.missed[0].through, through: at(5 * 365 * 86_400)) == 10_000)
    }

    @Test("is what a count of each slot says, for any rule and policy")
    func bruteForce() {
        for iteration in 0..<Fuzz.iterations(5_000) {
            var random = SeededGenerator(seed: Fuzz.seed &+ UInt64(iteration))
            let seconds = Int64(1 + random.below(50))
            let rules: [SlotRule] = [
                .interval(.seconds(seconds)), .aligned(AlignedInterval(.seconds(seconds), in: .utc)),
            ]
            let table = Timetable(random.pick(rules), start: at(Int64(random.below(1_000))))
            let accounted = table.start + .seconds(Int64(random.below(300)))
            let now = accounted + .seconds(Int64(random.below(600)))
            let policy = policy(random.pick(RunPolicy.CatchUp.Slots.allCases), max: 1 + random.below(12))
            let deadline = random.chance(2) ? nil : Nanoseconds.seconds(Int64(random.below(400)))
            let catchUp = CatchUp(policy, table, after: accounted, at: now, deadline: deadline)
            if counted(catchUp, table, accounted, now) != expected(policy, table, accounted, now, deadline) {
                Issue.record("FUZZ_SEED=\(Fuzz.seed &+ UInt64(iteration)) FUZZ_ITERATIONS=1")
                return
            }
        }
    }

    private func slots(_ table: Timetable, _ accounted: SlotInstant, _ now: SlotInstant) -> [SlotInstant] {
        var (slots, slot) = ([SlotInstant](), table.next(after: accounted))
        while slot <= now {
            slots.append(slot)
            slot = table.next(after: slot)
        }
        return slots
    }

    /// What becomes of each; `nil`: it is run.
    private func counted(
        _ catchUp: CatchUp, _ table: Timetable, _ accounted: SlotInstant, _ now: SlotInstant
    ) -> [Booking.Reason?] {
        slots(table, accounted, now).map { slot in catchUp.missed.first { slot <= $0.through }?.reason }
    }

    private func expected(
        _ policy: RunPolicy.CatchUp, _ table: Timetable, _ accounted: SlotInstant, _ now: SlotInstant,
        _ deadline: Nanoseconds?
    ) -> [Booking.Reason?] {
        let slots = slots(table, accounted, now)
        if policy.slots == .none { return slots.map { _ in .down } }
        let inTime = slots.filter { slot in deadline.map { slot + $0 >= now } ?? true }
        let kept = inTime.suffix(policy.slots == .last ? 1 : policy.max)
        return slots.map { slot in
            if kept.contains(slot) { return nil }
            return inTime.contains(slot) ? (policy.slots == .last ? .down : .limit) : .deadline
        }
    }
}

@Suite("The slots of a worker that makes up for some")
struct SlotKeeperOwedTests {
    private func rig(_ through: Int64, spread: Nanoseconds = .zero, queues: Bool = false, deadline: Nanoseconds? = nil)
        -> KeeperRig
    {
        var rules = SlotKeeper.Rules()
        rules.owed = .init(through: at(through), since: at(1_055), spread: spread)
        (rules.queues, rules.deadline) = (queues, deadline)
        return KeeperRig(rules, accounted: at(1_010))
    }

    @Test(
        "are run one after the other, the oldest first; then the first that came due meanwhile, and the others are skipped"
    )
    func order() {
        var rig = rig(1_030)
        for slot in [at(1_020), at(1_030)] as [SlotInstant] {
            let begin = rig.begin(at: at(1_057))
            #expect(begin?.slot == slot && begin?.lateness == at(1_057) - slot)
            #expect(rig.keeper.end(at: at(1_057)).skip == nil)
        }
        #expect(rig.begin(at: at(1_058))?.slot == at(1_040))
        #expect(rig.keeper.end(at: at(1_058)).skip == .init(first: at(1_050), last: at(1_050), count: 1))
        #expect(rig.step(at: at(1_058)) == .sleep(until: at(1_060)))
    }

    @Test("wait behind a call that comes between them")
    func call() {
        var rig = rig(1_030)
        rig.keeper.take(.init(call: 1))
        #expect(rig.begin(at: at(1_057))?.call == 1)
        #expect(rig.keeper.end(at: at(1_072)).skip == nil)
        #expect(rig.begin(at: at(1_072))?.slot == at(1_020))
    }

    @Test("are no more where they were passed, and are asked for one by one")
    func passed() {
        var asking = rig(1_030)
        asking.keeper.ask(true)
        #expect(asking.step(at: at(1_057)) == .ask(slot: at(1_020)))
        asking.keeper.pass(through: at(1_050))
        #expect(asking.step(at: at(1_057)) == .sleep(until: at(1_060)))
    }

    @Test("begin when their spread is over, which is no lateness of theirs")
    func spread() {
        var rig = rig(1_030, spread: .seconds(20), deadline: .seconds(2))
        #expect(rig.step(at: at(1_057)) == .sleep(until: at(1_075)))
        #expect(rig.begin(at: at(1_076))?.slot == at(1_020))
    }

    @Test("are too late where they could not begin in time, which no attempt is")
    func deadline() {
        var rules = SlotKeeper.Rules()
        (rules.deadline, rules.splay) = (.seconds(5), .seconds(2))
        var rig = KeeperRig(rules, accounted: at(1_010))
        #expect(rig.step(at: at(1_028)) == .tooLate(slot: at(1_020), next: at(1_030)))
        #expect(rig.step(at: at(1_028)) == .sleep(until: at(1_030)))
        #expect(rig.begin(at: at(1_037))?.slot == at(1_030))
        _ = rig.keeper.end(at: at(1_038))
        rig.keeper.take(.init(slot: at(1_030), attempt: 2))
        #expect(rig.begin(at: at(1_039))?.slot == at(1_030))
    }
}
