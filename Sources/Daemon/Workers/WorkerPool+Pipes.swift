import Clocks
import Kernel
import Links
import Model
import Supervision
import Wire

extension WorkerPool {
    // MARK: The control pipe

    /// Waits for room in the pipe if something is left to say.
    func send(_ message: [UInt8], _ job: Job) {
        guard let control = job.worker?.control else { return }
        control.send(message)
        do throws(SystemError) {
            try control.watch(loop.poller, as: source(.control, job))
        } catch {
            handle(.violation("its control pipe cannot be watched: \(error)"), job)
        }
        guard control.isCondemned else { return }
        handle(.violation("it leaves more than \(WorkerProcess.mostPending >> 20) MiB of commands unread"), job)
    }

    // MARK: The report and output pipes

    /// `generation` tells whether the event is this worker's or one of a dead worker before it.
    func handle(_ channel: EventToken.Channel, job index: Int, generation: UInt32) {
        guard index < jobs.count, let job = jobs[index], job.generation == generation, let worker = job.worker else {
            return
        }
        switch channel {
        case .control: worker.control?.resume(loop.poller)
        case .report: takeReports(worker, job)
        case .output: takeOutput(worker, job)
        }
        settle(job)
    }

    private func takeReports(_ worker: WorkerProcess, _ job: Job) {
        if case .closed = readReport(worker, job) { reportClosed(worker, job) }
    }

    func readReport(_ worker: WorkerProcess, _ job: Job) -> Descriptor.Transfer {
        let transfer = worker.report.read(into: buffer)
        readClock()
        if case .bytes(let count) = transfer {
            worker.report.split(buffer, count) { line, lost in takeMessage(line, lost, worker, job) }
        }
        return transfer
    }

    // MARK: The order of the two

    /// The reports are read after the bytes and before their lines are logged: the `begin` of the run that has written
    /// them is among these.
    private func takeOutput(_ worker: WorkerProcess, _ job: Job) {
        let transfer = readOutput(worker)
        takeReports(worker, job)
        splitOutput(worker, job)
        if transfer == .closed { worker.output.close(loop.poller) }
    }

    private func readOutput(_ worker: WorkerProcess) -> Descriptor.Transfer {
        let transfer = worker.output.read(into: outputBuffer)
        if case .bytes(let count) = transfer {
            readClock()
            unsplitOutput = count
        }
        return transfer
    }

    private func splitOutput(_ worker: WorkerProcess, _ job: Job) {
        let count = unsplitOutput
        unsplitOutput = 0
        if count > 0 { worker.output.split(outputBuffer, count) { line, lost in takeOutput(line, lost, job) } }
    }

    /// What the worker has written before its last report, with the line that it has left open.
    func finishOutput(_ worker: WorkerProcess, _ job: Job) {
        splitOutput(worker, job)
        drain {
            let transfer = readOutput(worker)
            splitOutput(worker, job)
            return transfer
        }
        worker.output.finish { line, lost in takeOutput(line, lost, job) }
    }

    /// What a pipe can hold at most is all that can be the worker's own: others may write into it for ever.
    func drain(_ read: () -> Descriptor.Transfer) {
        var rest = 1 << 20
        while rest > 0, case .bytes(let count) = read() { rest -= count }
    }

    private func takeMessage(_ line: UnsafeRawBufferPointer, _ lost: Int, _ worker: WorkerProcess, _ job: Job) {
        guard lost == 0 else {
            return reject("longer than \(WireFormat.longestMessage) bytes by \(lost)", worker, job)
        }
        do throws(WireError) {
            let report = try Report.decode(line, agreed: worker.agreed)
            if case .ready(let ready) = report { worker.agreed = ready.features }
            // What the run has printed comes before its end, among its last lines.
            if endsRun(report, job) {
                finishOutput(worker, job)
                finishOutput(of: job)
            }
            guard takeNow(report, line, job) else { return }
            if case .begin = report, job.goesByZone { usesZones = true }
            // The clock was read after the bytes were: no report is younger.
            decide(.report(report), job)
            if case .begin(let begin) = report {
                tellBegin(of: job)
                ledger?.youngRuns.append(begin.run, of: job.index, at: now)
            }
            if case .dropped = report { manualRuns?.lost(job.definition.id) }
        } catch {
            reject(error.description, worker, job)
        }
    }

    /// Whether the run's end is in it, also as one of those that were given up.
    private func endsRun(_ report: Report, _ job: Job) -> Bool {
        switch report {
        case .end: true
        case .dropped(let dropped): job.supervisor.phase.run.map { $0.number <= dropped.run } ?? true
        default: false
        }
    }

    func reject(_ reason: String, _ worker: WorkerProcess, _ job: Job) {
        worker.malformed += 1
        if worker.malformed <= WorkerProcess.mostMalformed {
            incidents.malformedMessage(reason, job)
        } else {
            process(.violation("more than \(WorkerProcess.mostMalformed) malformed messages"), job)
        }
    }

    /// The end of the reports comes a moment before the exit of a worker that ends; of one that lives on it is a fault.
    private func reportClosed(_ worker: WorkerProcess, _ job: Job) {
        worker.report.close(loop.poller)
        worker.exitDeadline = now + WorkerProcess.exitGrace
    }
}
