import Clocks
import Model
import TestSupport
import Testing
import Turns

@testable import Supervision

@Suite("A worker that the kernel has killed for want of memory")
struct OutOfMemoryTests {
    private static let status = "signal 9 (SIGKILL), out of memory"

    private func kill(_ stage: Stage) -> Rig {
        var rig = Rig(stage)
        rig.send(.exited(Self.status, .outOfMemory))
        return rig
    }

    private func loss(_ rig: Rig) -> Outcome? {
        for case .book(let booking) in rig.effects { return booking.outcome }
        return nil
    }

    // MARK: F21

    @Test("has its run end as what it is, counted as such")
    func inRun() {
        for stage in [Stage.running, .condemnedInRun, .drainingInRun] {
            let rig = kill(stage)
            #expect(loss(rig) == .oom, "\(stage)")
            #expect(rig.supervisor.books[.oom] == 1, "\(stage)")
            #expect(rig.supervisor.books[.crashed] + rig.supervisor.books[.cancelled] == 0, "\(stage)")
        }
    }

    @Test("is told from a crash by nothing else: there is a next one after a delay, and a stop is a stop")
    func rest() {
        for stage in [Stage.starting, .idle, .running, .condemned, .condemnedInRun] {
            let rig = kill(stage)
            #expect(rig.supervisor.phase == .waiting(until: at(1_001), .backoff), "\(stage)")
            #expect(rig.effects.contains(.log(.exited(Self.status))), "\(stage)")
        }
        #expect(kill(.drainingInRun).supervisor.phase == .stopped)
        #expect(kill(.drainingInRun).effects.last == .log(.stopped))
    }

    @Test("keeps the outcome that its run had already")
    func cut() {
        for stage in Stage.pastTimeout { #expect(loss(kill(stage)) == .timeout, "\(stage)") }
        for stage in [Stage.terminatedInRun, .killedInRun] { #expect(loss(kill(stage)) == .cancelled, "\(stage)") }
    }
}
