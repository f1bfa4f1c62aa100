import Clocks
import Model
import Schedules
import TestSupport
import Testing
import Turns
import Values
import Wire

@testable import Supervision

/// A daemon that begins again with what the one before has left.
func nextLife(
    of rig: Rig, _ job: JobDefinition, at start: Moment
) -> Rig {
    var next = rig
    // As it is written down.
    let record = JobRecord(RecordRowCopy.of(JobRecord(rig.supervisor)))
    next.supervisor = JobSupervisor(
        job, start: start, seed: 1, resuming: Resumption(record, isOfPreviousLife: true))
    next.now = start.monotonic
    next.send(.noted(nil))
    return next
}

/// The life before ended at 995 s, and this one begins at 1,027 s: those of 1,005 to 1,025 s came due meanwhile.
func owing(_ slots: RunPolicy.CatchUp.Slots, _ prepare: (inout JobDefinition) -> Void = { _ in }) -> Rig {
    var job = definition(ScheduleClock.monotonic.schedule)
    job.policy.catchUp.slots = slots
    prepare(&job)
    var rig = Rig(.running, job)
    rig.send(.report(end(run: 1, slot: Rig.slot)))
    return nextLife(of: rig, job, at: at(1_027))
}
