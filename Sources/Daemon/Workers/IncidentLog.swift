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
        records(.info, "Spawning worker", job, [job.definition.schedule.key: .text(job.definition.schedule.text)])
    }

    /// The job's life ended before it began.
    func over(_ job: Job) {
        let end = job.definition.schedule.endsAt.map { CivilText.text($0, offset: nil) }
        records(.notice, "Job over", job, ["ends_at": .text(end ?? "")])
    }

    /// Processes that workers of a previous life have left.
    func leftoversKilled(_ count: Int) { log.write(.warning, "Leftovers killed", ["count": .number(count)]) }

    /// `waiting`: until when jobs wait for it.
    func clockSetBack(by step: Nanoseconds, waiting: [SlotInstant]) {
        var fields: LogFields = ["by": .text(DurationText.rounded(step)), "waiting": .number(waiting.count)]
        fields.add("until", waiting.max().map { .moment(moment.wall(of: $0, on: .wall)) })
        log.write(waiting.isEmpty ? .notice : .warning, "Clock set back", fields)
    }

    /// Processes that a worker has left at its end. `program`: the name of the first one's, if it is known.
    func leftoversKilled(_ count: Int, _ program: String?, of job: Job) {
        var fields: LogFields = ["count": .number(count)]
        fields.add("program", program.map { .text($0) })
        records(.warning, "Leftovers killed", job, fields)
    }

    /// They go on, as the entry says.
    func leftoversLeft(_ left: Report.Leftovers, _ error: String?, of job: Job) {
        var fields: LogFields = [
            "run": .integer(left.run), "count": .integer(left.count), "program": .text(left.program),
        ]
        fields.add("error", error.map { .text($0) })
        records(error == nil ? .info : .warning, "Leftovers left", job, fields)
    }

    /// A call of a hook whose function is gone: a reload is going on.
    func callDropped(_ function: EntryID, _ event: String, _ job: Job) {
        records(
            .warning, Drop.calls.rawValue, job, ["function": "\(function)", "count": .number(1), "event": .text(event)])
    }

    /// A call of a hook has failed, and is not made again. `job`: whom it was about; `nil`: it is gone.
    func notTold(_ notice: HookCalls.Notice, by function: Job, _ run: Booking.Run, _ job: Job?) {
        let fields: LogFields = [
            "entry": .text(notice.entry.description), "function": "\(function.definition.id)",
            "event": .text(notice.event), "attempt": .number(run.attempt), "error": .text(run.end.text),
        ]
        log.write(.warning, notice.isPing ? "Ping failed" : "Alert failed", fields)
    }

    /// A hook of the job is called.
    func calling(_ function: EntryID, _ event: String, _ job: Job) {
        records(.info, "Calling function", job, ["function": "\(function)", "event": .text(event)])
    }

    func record(_ incident: Incident, of job: Job) {
        switch incident {
        case .jobLine(let line): jobLine(line, job)
        case .output(let line):
            output(line.text, length: line.fullLength, run: line.run, stream: line.stream.rawValue, job)
        case .leftoversKilled(let left):
            records(
                .warning, "Leftovers killed", job,
                ["run": .integer(left.run), "count": .integer(left.count), "program": .text(left.program)])
        case .leftoversLeft(let left): leftoversLeft(left, nil, of: job)
        case .started:
            records(
                .info, "Worker started", job,
                [job.definition.schedule.key: .text(job.definition.schedule.text), "pid": pid(job)])
        case .stopped: stopped(job)
        case .callsDropped(let count): records(.warning, Drop.calls.rawValue, job, ["count": .number(count)])
        case .dropped(let dropped): self.dropped(dropped, job)
        case .fault(let fault):
            records(
                .error, "Worker fault", job,
                [
                    "pid": pid(job), "step": .text(fault.step), "errno": .number(fault.errno),
                    "error": .text(fault.message),
                ])
        case .noteRefused(let why): records(.warning, "Worker note refused", job, ["error": .text(why)])
        case .exited(let status): records(.warning, "Worker exited", job, ["pid": pid(job), "status": .text(status)])
        case .retry(let delay, let failures):
            records(.info, "Restarting worker", job, ["after": .delay(delay), "failures": .number(failures)])
        case .gaveUp(let delay, let failures):
            records(.error, "Job failed", job, ["after": .delay(delay), "failures": .number(failures)])
        case .spawnFailed(let reason): records(.error, "Spawn failed", job, ["error": .text(reason)])
        case .shortage(let reason): records(.warning, "Spawn postponed", job, ["error": .text(reason)])
        case .violation(let what): records(.error, "Protocol error", job, ["pid": pid(job), "error": .text(what)])
        case .hung(let how): records(.error, "Worker hung", job, ["pid": pid(job), "error": .text(how)])
        case .overdue(let delay):
            records(.warning, "Slot overdue", job, ["pid": pid(job), "after": .delay(delay)])
        case .clockFollowed(let until):
            records(.notice, "Clock followed", job, ["until": .moment(moment.wall(of: until, on: .wall))])
        case .catchingUp(let slots, let first, let last, let missed):
            let clock = job.definition.schedule.rule.clock
            records(
                .info, "Catching up", job,
                [
                    "slots": .integer(slots), "first": .moment(moment.wall(of: first, on: clock)),
                    "last": .moment(moment.wall(of: last, on: clock)), "missed": .integer(missed),
                ])
        case .stillRunning(let run, let lasted, let slots):
            records(
                .warning, "Still running", job,
                [
                    "pid": pid(job), "run": .integer(run), "for": .text(DurationText.rounded(lasted)),
                    "slots": .integer(slots),
                ])
        case .waitingForGroup, .callsWaiting, .waitingForWorker: waiting(incident, job)
        case .terminated: records(.warning, "Worker terminated", job, ["pid": pid(job), "status": "SIGTERM sent"])
        case .killed: records(.warning, "Worker killed", job, ["pid": pid(job), "status": "SIGKILL sent"])
        case .waitingForPreviousWorker(let holder):
            records(.notice, "Waiting for previous worker", job, holder.map { ["pid": .number($0)] } ?? [:])
        case .waitingForLeftovers(let process):
            records(.notice, "Waiting for leftovers", job, process.map { ["pid": .number($0)] } ?? [:])
        case .previousWorkerKilled(let holder):
            records(.warning, "Previous worker killed", job, ["pid": .number(holder)])
        case .unkillable: records(.error, "Worker unkillable", job, ["pid": pid(job)])
        case .leftBehind:
            records(
                .error, "Worker left behind", job,
                ["pid": pid(job), "error": "SIGKILL was sent and the process is still there"])
        }
    }

    /// Workers have no control group of their own from now on.
    func groupUnavailable(_ error: SystemError) {
        log.write(.warning, "Control groups", ["status": "unavailable", "error": "\(error)"])
    }

    func booksUnavailable(_ error: SystemError) {
        log.write(
            .warning, "Books unavailable",
            ["error": "\(error)", "text": "what runs when cronsupd is killed may have no outcome"])
    }

    func booksRestored(_ path: String) {
        log.write(.notice, "Books restored", ["path": .text(path), "text": "somebody had removed them"])
    }

    func bootRecordFailed(_ error: SystemError) { log.write(.warning, "Boot record failed", ["error": "\(error)"]) }

    func unkillable(_ group: ControlGroup) { log.write(.error, "Leftovers unkillable", group.unkillable) }

    /// A line that the job's process wrote to its standard output or error. `lost`: how many bytes were cut off. `run`: in which
    /// it did; `nil`: in none.
    func outputLine(_ line: UnsafeRawBufferPointer, lost: Int, run: Int64?, _ job: Job) {
        let length = lost > 0 ? Int64(line.count + lost) : nil
        output(String(decoding: line, as: UTF8.self), length: length, run: run, stream: nil, job)
    }

    /// `stream`: of a command.
    private func output(_ text: String, length: Int64?, run: Int64?, stream: String?, _ job: Job) {
        var fields = fields(of: job)
        if isDetailed {
            fields.add("pid", pid(job))
            fields.add("run", run.map { .integer($0) })
        }
        fields.add("length", length.map { .integer($0) })
        fields.add("stream", stream.map { .text($0) })
        fields.add("text", .text(length == nil ? text : text + "…"))
        log.write(.info, "Job output", fields, rank: .output)
    }

    func outputDropped(lines: Int, bytes: Int, _ job: Job) {
        records(.warning, Drop.output.rawValue, job, ["lines": .number(lines), "bytes": .number(bytes)])
    }

    func malformedMessage(_ error: String, _ job: Job) {
        records(.warning, Drop.message.rawValue, job, ["pid": pid(job), "error": .text(error)])
    }

    // MARK: Bookings

    func record(_ booking: Booking, of job: Job) {
        if booking.isGivenUp { return retryGivenUp(booking, job) }
        guard let run = booking.run else { return slots(booking, job) }
        // What a call comes to is told of whom it was about.
        let level = run.call ?? 0 > 0 ? .info : booking.outcome.level
        log.write(
            level, booking.outcome.title,
            booking.fields(
                run, entry: job.definition.id, pid: job.worker?.pid,
                slot: booking.last.map { moment.wall(of: $0, on: job.definition.schedule.rule.clock) },
                isDetailed: isDetailed),
            rank: booking.outcome.isReported ? .tick : .record)
    }

    private func slots(_ booking: Booking, _ job: Job) {
        // The record of the lost reports has these.
        if booking.reason == .lost { return }
        var fields: LogFields = isDetailed ? ["outcome": .text(booking.outcome.rawValue)] : [:]
        fields.add("count", .integer(booking.count))
        // Who stops the daemon knows that, and who reads of its start; so does who has asked for a pause.
        let isKnown = booking.reason == .down || booking.reason == .paused || booking.reason == .byOperator
        if isKnown || booking.reason == .deadline || booking.reason == .limit || booking.reason == .ledger {
            fields.add("reason", (booking.reason?.rawValue).map { .text($0) })
        }
        records(isKnown ? .notice : booking.outcome.level, booking.outcome.title, job, fields)
    }

    private func dropped(_ dropped: Report.Dropped, _ job: Job) {
        records(
            .warning, Drop.reports.rawValue, job,
            [
                "count": .integer(dropped.reports), "ok": .integer(dropped.ok), "failed": .integer(dropped.failed),
                "skipped": .integer(dropped.skipped),
            ])
    }

    private func stopped(_ job: Job) {
        // A function that nobody has called had no worker, nor had a job whose run of this boot was over.
        let schedule = job.definition.schedule
        if job.generation == 0, job.definition.isHookOnly || schedule.runsAtBoot && !schedule.runsAtStart { return }
        let books = job.supervisor.books
        var fields: LogFields = ["runs": .number(job.supervisor.runs)]
        let sums =
            Outcome.allCases.map { ($0.rawValue, books.sum($0)) }
            + [("retried", books.retried), ("unknown", books.unknown)]
        for (key, sum) in sums where isDetailed || (key != Outcome.ok.rawValue && sum > 0) {
            fields.add(key, .integer(sum))
        }
        records(.info, "Worker stopped", job, fields)
    }

    private func jobLine(_ line: Report.Log, _ job: Job) {
        var metadata: Logger.Metadata = ["entry": .string(job.definition.id.description), "run": "\(line.run)"]
        // Whatever its message and its fields are, it is none of the daemon's records.
        metadata["by"] = "job"
        if isDetailed { metadata["pid"] = "\(job.worker.map { String($0.pid) } ?? "")" }
        metadata["length"] = line.fullLength.map { "\($0)" }
        var leftOut = line.leftOut
        // The job's own fields do not take the place of ours.
        for field in line.fields {
            let isFree = metadata[field.key] == nil && !LogKey.isTaken(field.key)
            if isFree { metadata[field.key] = .string(field.value) } else { leftOut += 1 }
        }
        if leftOut > 0 { metadata[LogKey.leftOut] = "\(leftOut)" }
        let level = Logger.Level(rawValue: line.level.rawValue) ?? .info
        log.functions.log(level: level, "\(line.message)", metadata: metadata)
    }

    // MARK: Helpers

    func records(_ level: Logger.Level, _ message: String, _ job: Job, _ fields: LogFields = [:]) {
        var all = self.fields(of: job)
        all.list += fields.list
        log.write(level, message, all)
    }

    private func fields(of job: Job) -> LogFields { ["entry": .text(job.definition.id.description)] }

    func pid(_ job: Job) -> LogValue { (job.worker?.pid ?? job.previousWorker?.pid).map { .number($0) } ?? "" }
}

extension Outcome {
    fileprivate var level: Logger.Level { isOk ? .info : isFailure ? .error : .warning }
}

extension Booking {
    /// Those of its run's record.
    func fields(_ run: Run, entry: EntryID, pid: ProcessID?, slot: WallInstant?, isDetailed: Bool) -> LogFields {
        var fields = LogFields(capacity: 13)
        fields.add("entry", .text(entry.description))
        if isDetailed { fields.add("pid", pid.map { .number($0) }) }
        fields.add("run", .integer(run.number))
        if run.isManual { fields.add("cause", "manual") }
        if run.isCaughtUp { fields.add("cause", "catch_up") }
        // What nearly every run is need not be said to people.
        if isDetailed || run.attempt > 1 || retryAfter != nil { fields.add("attempt", .number(run.attempt)) }
        if isDetailed { addDetails(run, slot, to: &fields) }
        if let reason, reason == .clock || reason == .byOperator { fields.add("reason", .text(reason.rawValue)) }
        fields.add(outcome.textName, .text(run.end.text))
        fields.add("code", run.end.code.map { .integer($0) })
        fields.add("length", run.end.fullLength.map { .integer($0) })
        fields.add("retry", retryAfter.map { .delay($0) } ?? (run.end.isFinal ? .text("no") : nil))
        return fields
    }

    private func addDetails(_ run: Run, _ slot: WallInstant?, to fields: inout LogFields) {
        fields.add("slot", slot.map { .moment($0) })
        if outcome.isReported {
            fields.add("lateness_us", .integer(run.lateness.wholeMicroseconds))
            fields.add("duration_us", .integer(run.duration.wholeMicroseconds))
        }
        fields.add("outcome", .text(outcome.rawValue))
    }
}
