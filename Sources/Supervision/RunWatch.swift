import Clocks
import Model
import Schedules
import Turns

/// Whether a job's runs begin late, go on for long or wait, and when to look.
enum RunWatch {
    /// To be called when time or a run has changed what is waited for.
    static func watch(_ keeper: inout RunKeeper, _ phase: Phase, _ step: Step) {
        keeper.alerts.watch(isWatched(keeper, phase) ? nextSlot(keeper) : nil, keeper.schedule, step)
        keeper.alerts.longRun.watch(phase, keeper.policy)
        let cause = WaitWatch.Cause(phase, calls: keeper.orders.waitingCalls, isPaused: keeper.gates.hold.isOn)
        keeper.alerts.wait.watch(cause, at: step.now.monotonic)
    }

    private static func isWatched(_ keeper: borrowing RunKeeper, _ phase: Phase) -> Bool {
        keeper.books.areOpen && keeper.unsettled == nil && !keeper.gates.hold.isOn && keeper.gates.owed == nil
            && keeper.alerts.watchesSlots
            && phase.mayBeginLate
            && !(phase.isIdle && keeper.gates.isAsking)
    }

    private static func nextSlot(_ keeper: borrowing RunKeeper) -> SlotInstant {
        keeper.books.timetable.next(after: keeper.workerAccounted)
    }

    static func judge(_ keeper: inout RunKeeper, _ phase: Phase, _ step: inout Step) {
        let (timetable, hooks, accounted) = (keeper.books.timetable, keeper.policy.hooks, keeper.workerAccounted)
        keeper.alerts.judge(phase, timetable, after: phase.run?.slot ?? accounted, hooks, &step)
        keeper.alerts.judgeWait(phase, calls: keeper.orders.waitingCalls, timetable, after: accounted, &step)
        keeper.alerts.remind(keeper.books, hooks, isOn: !keeper.gates.hold.isOn, &step)
        guard keeper.alerts.watch.deadline <= step.heard else { return }
        if !keeper.alerts.judge(timetable.next(after: accounted), hooks, &step) { watch(&keeper, phase, step) }
    }
}
