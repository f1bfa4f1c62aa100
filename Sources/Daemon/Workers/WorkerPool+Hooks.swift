import Model
import Supervision
import Turns
import Values

/// Jobs that tell how they stand, by calls of the functions of others.
extension WorkerPool {
    func call(_ function: EntryID, _ alert: JobStanding.Alert, with event: Value.Map, for job: Job) {
        if earlyCalls != nil {
            earlyCalls?.append(EarlyCall(function: function, alert: alert, event: event, entry: job.definition.id))
            return
        }
        let name = event["event"]?.string ?? ""
        let notice = HookCalls.Notice(entry: job.definition.id, alert: alert, event: name, isPing: event["url"] != nil)
        guard let text = eventText.json(of: event, for: job, at: moment), let target = jobsByID[function] else {
            incidents.callDropped(function, name, job)
            return giveUp(notice)
        }
        if !notice.isPing { incidents.calling(function, name, job) }
        let call = WaitingCall(event: text, isOfCall: job.definition.isHookOnly, notice: notice)
        let mustWait = target.successor != nil && target.supervisor.phase.isStopping
        if mustWait, target.callsForSuccessor.count < Orders.mostCalls {
            target.callsForSuccessor.append(call)
        } else {
            make(call, of: target)
        }
    }

    private func make(_ call: WaitingCall, of target: Job) {
        let before = target.supervisor.orders.callNumber
        handle(.call(event: call.event, isOfCall: call.isOfCall), target)
        let number = target.supervisor.orders.callNumber
        // One that there is no room for has no number.
        if number != before {
            hookCalls.note(call.notice, call: number, of: target.definition.id)
        } else if let notice = call.notice {
            giveUp(notice)
        }
    }

    /// All jobs are there: what came too early for some is called, and what a life before this one has not told.
    func makeEarlyCalls() {
        let calls = earlyCalls ?? []
        earlyCalls = nil
        for call in calls {
            if let job = jobsByID[call.entry] { self.call(call.function, call.alert, with: call.event, for: job) }
        }
        for job in jobs.compactMap(\.self) where job.supervisor.mustTellAgain { handle(.tellAgain, job) }
    }

    /// What its worker was not told about, for the job that takes its place.
    func takeCalls(of job: Job) -> [WaitingCall] {
        job.supervisor.handOverCalls().map {
            WaitingCall(
                event: $0.event, isOfCall: $0.isOfCall, notice: hookCalls.take(call: $0.number, of: job.definition.id))
        }
    }

    func handOverCalls(of job: Job) {
        guard !job.callsForSuccessor.isEmpty else { return }
        guard let successor = jobsByID[job.definition.id] else {
            incidents.record(.callsDropped(job.callsForSuccessor.count), of: job)
            return job.callsForSuccessor.compactMap(\.notice).forEach(giveUp)
        }
        for call in job.callsForSuccessor { make(call, of: successor) }
    }

    // MARK: What was told

    /// The call has ended, well or not: whoever it was about has told it. One that the daemon's end has cut short is made again by the
    /// next daemon.
    func noteEnd(ofCall booking: Booking, of job: Job) {
        guard !hookCalls.isEmpty, let run = booking.run, let call = run.call, call > 0, booking.retryAfter == nil,
            !FunctionCall.isOfEarlierLife(call)
        else { return }
        let notices = hookCalls.takeAll(through: call, of: job.definition.id)
        guard !isStopping || booking.outcome != .cancelled && booking.outcome != .interrupted else { return }
        if booking.outcome.isFailure {
            for notice in notices { incidents.notTold(notice, by: job, run, jobsByID[notice.entry]) }
        }
        notices.forEach(noteTold)
    }

    /// A call is not made, which the log says: it is not made by the next daemon either.
    private func giveUp(_ notice: HookCalls.Notice) { if !isStopping { noteTold(notice) } }

    private func noteTold(_ notice: HookCalls.Notice) {
        guard !notice.alert.isEmpty, !hookCalls.include(notice) else { return }
        if let teller = jobsByID[notice.entry] {
            handle(.told(notice.alert), teller)
        } else {
            books?.noteTold(notice.alert, of: notice.entry)
        }
    }
}
