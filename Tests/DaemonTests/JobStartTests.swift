import Clocks
import Model
import Schedules
import Supervision
import Testing
import Wire

@testable import Daemon

@Suite("A run at the start of the job")
struct JobStartTests {
    private static let now = Moment(MonotonicInstant(nanoseconds: 100_000_000_000))

    private static func job(startedTimes generation: UInt32) -> Job {
        var definition = definition()
        definition.schedule.runsAtStart = true
        let job = Job(index: 0, definition: definition, start: now, seed: 1)
        job.generation = generation
        return job
    }

    private static func tell(_ job: Job, _ events: [Event]) {
        var effects: [Effect] = []
        for event in events { job.supervisor.handle(event, at: now, effects: &effects) }
    }

    @Test("is asked for until it has begun, however many workers could not be spawned or died before")
    func again() {
        let job = Self.job(startedTimes: 3)
        #expect(job.workerDefinition.header.runsNow)
        let next = SlotInstant.distantFuture
        Self.tell(job, [.deadline, .spawned, .report(.ready(.init(next: next)))])
        #expect(job.workerDefinition.header.runsNow)
        Self.tell(job, [.report(.begin(.init(run: 1, slot: nil, next: next, lateness: .zero)))])
        #expect(!job.workerDefinition.header.runsNow)
        Self.tell(job, [.exited("signal 9 (SIGKILL)")])
        #expect(!job.workerDefinition.header.runsNow)
    }
}
