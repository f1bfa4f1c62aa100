import Model
import Supervision
import Turns
import Values

/// Jobs that tell how they stand, by calls of the functions of others.
extension WorkerPool {
    func call(_ function: EntryID, _ alert: JobStanding.Alert, with event: Value.Map, for job: Job) {
        let name = event["event"]?.string ?? ""
        guard let text = try? JSONCoding.text(of: .map(event)), let target = jobsByID[function] else {
            return incidents.callDropped(function, name, job)
        }
        incidents.calling(function, name, job)
        let call = WaitingCall(event: text, notice: .init(entry: job.definition.id, alert: alert))
        let mustWait = target.successor != nil && target.supervisor.phase.isStopping
        if mustWait, target.callsForSuccessor.count < Orders.mostCalls {
            target.callsForSuccessor.append(call)
        } else {
            make(call, of: target)
        }
    }

    private func make(_ call: WaitingCall, of target: Job) {
        let before = target.supervisor.orders.callNumber
        handle(.call(event: call.event), target)
        let number = target.supervisor.orders.callNumber
        // One that there is no room for has no number.
        if number != before { hookCalls.note(call.notice, call: number, of: target.definition.id) }
    }

    /// What its worker was not told about, for the job that takes its place.
    func takeCalls(of job: Job) -> [WaitingCall] {
        job.supervisor.handOverCalls().map {
            WaitingCall(event: $0.event, notice: hookCalls.take(call: $0.number, of: job.definition.id))
        }
    }

    func handOverCalls(of job: Job) {
        guard !job.callsForSuccessor.isEmpty else { return }
        guard let successor = jobsByID[job.definition.id] else {
            return incidents.record(.callsDropped(job.callsForSuccessor.count), of: job)
        }
        for call in job.callsForSuccessor { make(call, of: successor) }
    }

    /// The call has ended, well or not: whoever it was about has told it. One that the daemon's end has cut short is made again by the
    /// next daemon.
    func noteEnd(ofCall booking: Booking, of job: Job) {
        guard let call = booking.run?.call, let notice = hookCalls.take(call: call, of: job.definition.id) else {
            return
        }
        guard booking.outcome != .cancelled, booking.outcome != .interrupted else { return }
        if let teller = jobsByID[notice.entry] {
            handle(.told(notice.alert), teller)
        } else {
            books?.noteTold(notice.alert, of: notice.entry)
        }
    }
}
