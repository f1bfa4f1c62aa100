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
        case .report: if readReport(worker, job) == .closed { reportClosed(worker, job) }
        case .output: if readOutput(worker, job) == .closed { worker.output.close(loop.poller) }
        }
        settle(job)
    }

    func readReport(_ worker: WorkerProcess, _ job: Job) -> Descriptor.Transfer {
        read(&worker.report) { line, lost in takeMessage(line, lost, worker, job) }
    }

    func readOutput(_ worker: WorkerProcess, _ job: Job) -> Descriptor.Transfer {
        read(&worker.output) { line, lost in takeOutput(line, lost, job) }
    }

    private func read(
        _ inbox: inout Inbox, _ body: (UnsafeRawBufferPointer, _ lost: Int) -> Void
    ) -> Descriptor.Transfer {
        let transfer = inbox.read(into: buffer)
        readClock()
        if case .bytes(let count) = transfer { inbox.split(buffer, count, body) }
        return transfer
    }

    private func takeMessage(_ line: UnsafeRawBufferPointer, _ lost: Int, _ worker: WorkerProcess, _ job: Job) {
        guard lost == 0 else {
            return reject("longer than \(WireFormat.longestMessage) bytes by \(lost)", worker, job)
        }
        do throws(WireError) {
            let report = try Report.decode(line, agreed: worker.agreed)
            if case .ready(let ready) = report { worker.agreed = ready.features }
            if case .log(let log) = report, !admit(size: log.message.utf8.count, job) { return }
            if case .output(let line) = report, !admit(size: line.size, job) { return }
            if case .begin = report, job.goesByZone { usesZones = true }
            // The clock was read after the bytes were: no report is younger.
            decide(.report(report), job)
        } catch {
            reject(error.description, worker, job)
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

    func takeOutput(_ line: UnsafeRawBufferPointer, _ lost: Int, _ job: Job) {
        guard admit(size: line.count + lost, job) else { return }
        incidents.outputLine(line, lost: lost, job)
    }

    func admit(size: Int, _ job: Job) -> Bool { job.outputLimiter.admit(size: size, at: now) }

    /// The end of the reports comes a moment before the exit of a worker that ends; of one that lives on it is a fault.
    private func reportClosed(_ worker: WorkerProcess, _ job: Job) {
        worker.report.close(loop.poller)
        worker.exitDeadline = now + WorkerProcess.exitGrace
    }
}
