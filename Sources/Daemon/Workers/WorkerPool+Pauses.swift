import Clocks
import Kernel
import Model
import Supervision
import Values
import Wire

/// Pauses of jobs, of groups, and of all.
extension WorkerPool {
    /// What is paused, and by what, when a job's life begins.
    func resumption(of definition: JobDefinition, _ before: Resumption?) -> Resumption? {
        var before = before ?? resumption(of: definition)
        before?.pausedUntil = pauses.end(of: definition, before: moment.wall)
        before?.salt = StableHash.of("\(definition.id) \(machineName)", salt: 0x43)
        return before
    }

    func pauseIfPaused(_ job: Job) {
        if pauses.pause(of: job.definition, at: moment.wall) != nil { process(.pause(true), job) }
    }

    /// To be called when the job may have been told that it is paused, or may have heard of that.
    func notePause(of job: Job) {
        if job.supervisor.mayBeginInPause {
            unheldJobs.insert(job.index)
        } else if unheldJobs.remove(job.index) != nil {
            manualRuns?.pauseHeld()
        }
    }

    /// Those of which something can begin yet that the pause is for.
    func unheldJobs(in scope: PauseScope) -> [Job] {
        unheldJobs.sorted().compactMap { index in jobs[index].flatMap { covers(scope, $0) ? $0 : nil } }
    }

    private func covers(_ scope: PauseScope, _ job: Job) -> Bool {
        scope.covers(job.definition.id, group: job.definition.policy.concurrency?.group)
    }

    func jobs(in scope: PauseScope) -> [Job] {
        if case .job(let id) = scope { return jobsByID[id].map { [$0] } ?? [] }
        return jobs.compactMap { job in job.flatMap { covers(scope, $0) ? $0 : nil } }
    }

    // MARK: Changes

    /// Returns whether the next daemon will know of it; `nil`: there are too many.
    func pause(_ pause: JobPause) -> Bool? {
        readClock()
        guard pauses.add(pause) else { return nil }
        let isKept = savePauses()
        follow(pause.scope)
        return isKept
    }

    /// Returns whether there was one.
    func resume(_ scope: PauseScope) -> Bool {
        readClock()
        guard pauses.remove(scope) != nil else { return false }
        follow(scope)
        // Behind what was booked: the next daemon would take those slots for ones that had no daemon.
        _ = savePauses()
        return true
    }

    private func follow(_ scope: PauseScope) {
        for job in jobs(in: scope) {
            let isPaused = pauses.pause(of: job.definition, at: moment.wall) != nil
            if isPaused != job.supervisor.isPaused { handle(.pause(isPaused), job) }
        }
    }

    // MARK: Time

    var pauseDeadline: MonotonicInstant { pauses.nextEnd.map { moment.monotonic(of: $0) } ?? .distantFuture }

    /// Ends those whose time is over.
    func advancePauses() {
        let over = pauses.expire(at: moment.wall)
        if over.isEmpty { return }
        for pause in over {
            incidents.pauseOver(pause, jobs: jobs(in: pause.scope).count)
            follow(pause.scope)
        }
        _ = savePauses()
    }

    // MARK: Over the daemon's end

    /// Takes up those of a previous life, before the first job. Those of this boot are the later ones.
    func loadPauses() {
        let here = books?.pauses(limit: PauseTable.longestFile).flatMap { PauseTable($0, boot: runtime.boot.boot) }
        guard let kept = here ?? pauseFile?.read().flatMap({ PauseTable($0, boot: PauseTable.anyBoot) }) else { return }
        pauses = kept
        for pause in pauses.pauses.values.sorted(by: { $0.since < $1.since }) where pause.holds(at: moment.wall) {
            incidents.paused(pause)
        }
    }

    /// Returns whether the next daemon of this boot will know of them.
    func savePauses() -> Bool {
        pauseFile?.save(pauses.encoded(boot: PauseTable.anyBoot))
        guard let books else { return false }
        do throws(SystemError) {
            try books.replacePauses(pauses.encoded(boot: runtime.boot.boot))
            return true
        } catch {
            incidents.pausesNotKept(error)
            return false
        }
    }
}

extension Event {
    var isPause: Bool { if case .pause = self { true } else { false } }
}
