import Clocks
import Kernel
import Model
import Schedules
import Supervision
import Values

/// A worker of a previous life that is to end with its job. It is no child of this daemon, which has to look whether it is gone.
struct PreviousWorker {
    /// `nil`: it is not known which process it is.
    let pid: ProcessID?
    /// When to look.
    var nextLook: MonotonicInstant

    /// From look to look.
    static let interval = Nanoseconds.milliseconds(100)
}

extension WorkerPool {
    func watchPreviousWorker(_ job: Job) {
        job.previousWorker = PreviousWorker(pid: runtime.locks.holder(of: job.definition.id)?.pid, nextLook: now)
    }

    /// Of a job that is not in the registry: it ends as if a reload had taken the job away.
    func endPreviousWorker(of id: EntryID) {
        add(.absent(id))
        guard let job = jobsByID[id] else { return }
        process(.occupied(by: runtime.locks.holder(of: id)?.pid), job)
        stop(id)
    }

    /// It is gone when its lock is free, and what it has left was looked for.
    func lookAtPreviousWorker(_ job: Job) {
        switch runtime.claim(job.definition.id, at: now) {
        case .granted(_, let swept):
            if swept > 0 { incidents.leftoversKilled(swept) }
            job.previousWorker = nil
            settle(byNoteOf: job)
            process(.exited("the previous worker has ended"), job)
        case .refused(.spawnDeferred(let moment)): job.previousWorker?.nextLook = moment
        case .refused(.occupied(_, .otherDaemon)):
            job.previousWorker = nil
            process(.exited("the worker is another daemon's"), job)
        case .refused: job.previousWorker?.nextLook = now + PreviousWorker.interval
        }
    }
}

extension JobDefinition {
    /// That of a job that is not in the registry.
    static func absent(_ id: EntryID) -> JobDefinition {
        JobDefinition(
            id: id, kind: .exec, function: .exec(ExecCommand(.arguments([]))),
            schedule: Schedule(.none, text: Schedule.bootText), lifecycle: Lifecycle(), meta: .init(), data: .init(),
            location: SourceLocation(file: "", line: 1, column: 1))
    }
}
