import Clocks
import TestSupport
import Testing

@Suite("Whatever a worker says and whatever happens to it")
struct ModelTests {
    @Test(
        "its job keeps its books, books every slot that came due once, has one worker at a time, never spins and ends when it is stopped",
        arguments: ScheduleClock.both)
    func histories(clock: ScheduleClock) { replay(clock == .wall ? 500 : 2_000, clock, isHonest: false) }

    @Test("if the worker is honest it commits no violation", arguments: ScheduleClock.both)
    func honest(clock: ScheduleClock) { replay(clock == .wall ? 100 : 300, clock, isHonest: true) }

    private func replay(_ count: Int, _ clock: ScheduleClock, isHonest: Bool) {
        for iteration in 0..<Fuzz.iterations(count) {
            let seed = Fuzz.seed &+ UInt64(iteration)
            let world = ModelWorld(clock, seed: seed)
            world.isHonest = isHonest
            for _ in 0..<200 where world.fault == nil { world.step() }
            if world.fault == nil { world.stop() }
            let violation = isHonest && world.sawViolation ? "a violation" : nil
            guard let fault = world.fault ?? violation else { continue }
            Issue.record("FUZZ_SEED=\(seed) FUZZ_ITERATIONS=1: \(fault)")
            return
        }
    }
}
