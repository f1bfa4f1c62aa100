import Clocks
import Kernel
import Logging
import Model
import Schedules
import Supervision
import Turns
import Values
import Wire

/// Finds the words for what happens to jobs. They are those of the example that the project comes from.
struct IncidentLog {
    let log: CronLog
    /// Now, on both clocks, to show slots in civil time.
    var moment: Moment

    private var isDetailed: Bool { log.sink.isDetailed }

    func spawning(_ job: Job) {
        log.records.info(
            "Spawning worker",
            metadata: [
                "entry": .string(job.definition.id.description),
                job.definition.schedule.key: .string(job.definition.schedule.text),
            ])
    }

    /// The job's life ended before it began.
    func over(_ job: Job) {
        let end = job.definition.schedule.endsAt.map { CivilText.text($0, offset: nil) }
        records(.notice, "Job over", job, ["ends_at": end ?? ""])
    }

    /// Processes that workers of a previous life have left.
    func leftoversKilled(_ count: Int) { log.records.warning("Leftovers killed", metadata: ["count": "\(count)"]) }

    /// The clock was wrong when the job began.
    func beginsAnew(_ job: Job) {
        records(.notice, "Job starts again", job, ["text": "the clock was set back by more than three hours"])
    }

    /// A hook of the job is called.
    func calling(_ function: EntryID, _ event: String, _ job: Job) {
        records(.info, "Calling function", job, ["function": function.description, "event": event])
    }

    func record(_ incident: Incident, of job: Job) {
        switch incident {
        case .jobLine(let line): jobLine(line, job)
        case .output(let output): commandLine(output, job)
        case .outputDropped(let loss): outputDropped(lines: Int(loss.lines), bytes: Int(loss.bytes), job)
        case .started:
            records(
                .info, "Worker started", job,
                [job.definition.schedule.key: job.definition.schedule.text, "pid": pid(job)])
        case .stopped(let byItself): stopped(job, byItself)
        case .callsDropped(let count): records(.warning, "Calls dropped", job, ["count": "\(count)"])
        case .dropped(let dropped): self.dropped(dropped, job)
        case .fault(let fault):
            records(
                .error, "Worker fault", job,
                ["pid": pid(job), "step": fault.step, "errno": "\(fault.errno)", "error": fault.message])
        case .exited(let status): records(.warning, "Worker exited", job, ["pid": pid(job), "status": status])
        case .retry(let delay, let failures):
            records(.info, "Restarting worker", job, ["after": Self.seconds(delay), "failures": "\(failures)"])
        case .gaveUp(let delay, let failures):
            records(.error, "Job failed", job, ["after": Self.seconds(delay), "failures": "\(failures)"])
        case .spawnFailed(let reason): records(.error, "Spawn failed", job, ["error": reason])
        case .shortage(let reason): records(.warning, "Spawn postponed", job, ["error": reason])
        case .violation(let what): records(.error, "Protocol error", job, ["pid": pid(job), "error": what])
        case .hung(let how): records(.error, "Worker hung", job, ["pid": pid(job), "error": how])
        case .overdue(let delay):
            records(.warning, "Slot overdue", job, ["pid": pid(job), "after": Self.seconds(delay)])
        case .terminated: records(.warning, "Worker terminated", job, ["pid": pid(job), "status": "SIGTERM sent"])
        case .killed: records(.warning, "Worker killed", job, ["pid": pid(job), "status": "SIGKILL sent"])
        case .waitingForPreviousWorker(let holder):
            records(.notice, "Waiting for previous worker", job, holder.map { ["pid": "\($0)"] } ?? [:])
        case .previousWorkerKilled(let holder): records(.warning, "Previous worker killed", job, ["pid": "\(holder)"])
        case .unkillable: records(.error, "Worker unkillable", job, ["pid": pid(job)])
        case .leftBehind:
            records(
                .error, "Worker left behind", job,
                ["pid": pid(job), "error": "SIGKILL was sent and the process is still there"])
        }
    }

    /// Workers have no control group of their own from now on.
    func groupUnavailable(_ error: SystemError) {
        log.records.warning(
            "Control groups", metadata: ["status": "unavailable", "error": .string(error.description)])
    }

    func unkillable(_ group: ControlGroup) {
        log.records.error("Leftovers unkillable", metadata: group.unkillable)
    }

    /// A line that the job's process wrote to its standard output or error. `lost`: how many bytes were cut off.
    func outputLine(_ line: UnsafeRawBufferPointer, lost: Int, _ job: Job) {
        let text = String(decoding: line, as: UTF8.self)
        var metadata: Logger.Metadata = ["entry": .string(job.definition.id.description)]
        metadata["text"] = .string(lost > 0 ? text + "…" : text)
        if lost > 0 { metadata["length"] = "\(line.count + lost)" }
        if isDetailed { metadata["pid"] = .string(pid(job)) }
        log.output.info("Job output", metadata: metadata)
    }

    /// A line that the job's command wrote.
    private func commandLine(_ output: Report.Output, _ job: Job) {
        var metadata: Logger.Metadata = ["entry": .string(job.definition.id.description)]
        metadata["stream"] = .string(output.stream.rawValue)
        metadata["text"] = .string(output.fullLength == nil ? output.text : output.text + "…")
        if let length = output.fullLength { metadata["length"] = "\(length)" }
        if isDetailed {
            metadata["pid"] = .string(pid(job))
            metadata["run"] = "\(output.run)"
        }
        log.output.info("Job output", metadata: metadata)
    }

    func outputDropped(lines: Int, bytes: Int, _ job: Job) {
        records(.warning, "Job output dropped", job, ["lines": "\(lines)", "bytes": "\(bytes)"])
    }

    func malformedMessage(_ error: String, _ job: Job) {
        records(.warning, "Message rejected", job, ["pid": pid(job), "error": error])
    }

    // MARK: Bookings

    func record(_ booking: Booking, of job: Job) {
        if booking.isGivenUp { return retryGivenUp(booking, job) }
        guard let run = booking.run else { return slots(booking, job) }
        let isReported = booking.outcome.isReported
        let tick = TickFields(
            entry: job.definition.id.description, pid: job.worker?.pid ?? 0, run: run.number,
            attempt: run.attempt, retryAfter: booking.retryAfter, slot: booking.last.map { civilTime($0, job) },
            times: isReported ? (run.lateness, run.duration) : nil, outcome: booking.outcome, text: run.text,
            fullLength: run.fullLength)
        (isReported ? log.ticks : log.records).log(
            level: booking.outcome.level, "\(booking.outcome.title)",
            metadata: [TickFields.key: .stringConvertible(tick)])
    }

    private func retryGivenUp(_ booking: Booking, _ job: Job) {
        let number = (booking.run?.attempt ?? 0) + 1
        let text = "attempt \(number) will not be made: the next slot is due, or the job ends"
        records(.notice, "Retry given up", job, ["outcome": booking.outcome.rawValue, "text": text])
    }

    private func slots(_ booking: Booking, _ job: Job) {
        // The record of the lost reports has these.
        if booking.reason == .lost { return }
        var pairs = ["count": "\(booking.count)"]
        if isDetailed { pairs["outcome"] = booking.outcome.rawValue }
        records(booking.outcome.level, "\(booking.outcome.title)", job, pairs)
    }

    private func dropped(_ dropped: Report.Dropped, _ job: Job) {
        records(
            .warning, "Reports dropped", job,
            [
                "count": "\(dropped.reports)", "ok": "\(dropped.ok)", "failed": "\(dropped.failed)",
                "skipped": "\(dropped.skipped)",
            ])
    }

    private func stopped(_ job: Job, _ byItself: Bool) {
        // A function that nobody has called had no worker.
        if job.definition.isHookOnly, job.generation == 0 { return }
        let books = job.supervisor.books
        var pairs = ["runs": "\(job.supervisor.runs)"]
        for outcome in Outcome.allCases where isDetailed || (outcome != .ok && books[outcome] > 0) {
            pairs[outcome.rawValue] = "\(books[outcome])"
        }
        records(.info, "Worker stopped", job, pairs)
    }

    private func jobLine(_ line: Report.Log, _ job: Job) {
        var metadata: Logger.Metadata = ["entry": .string(job.definition.id.description), "run": "\(line.run)"]
        // The job's own fields do not take the place of ours.
        for field in line.fields where metadata[field.key] == nil && !LogKey.isTaken(field.key) {
            metadata[field.key] = .string(field.value)
        }
        if isDetailed { metadata["pid"] = .string(pid(job)) }
        log.output.log(level: line.level.loggerLevel, "\(line.message)", metadata: metadata)
    }

    // MARK: Helpers

    func records(_ level: Logger.Level, _ message: Logger.Message, _ job: Job, _ pairs: [String: String]) {
        var metadata: Logger.Metadata = ["entry": .string(job.definition.id.description)]
        for (key, value) in pairs { metadata[key] = .string(value) }
        log.records.log(level: level, message, metadata: metadata)
    }

    func pid(_ job: Job) -> String { (job.worker?.pid ?? job.previousWorker?.pid).map { String($0) } ?? "" }

    private static func seconds(_ duration: Nanoseconds) -> String { LogEncoder.seconds(duration) }

    private func civilTime(_ slot: SlotInstant, _ job: Job) -> WallInstant {
        moment.wall(of: slot, on: job.definition.schedule.rule.clock)
    }
}

extension Outcome {
    fileprivate var level: Logger.Level { self == .ok ? .info : isFailure ? .error : .warning }
}

extension Report.Log.Level {
    fileprivate var loggerLevel: Logger.Level {
        switch self {
        case .debug: .debug
        case .info: .info
        case .warning: .warning
        case .error: .error
        }
    }
}
