import Clocks
import Kernel
import Model
import Supervision
import Wire

extension WorkerPool {
    // MARK: The control pipe

    func send(_ command: Command, _ job: Job) {
        job.worker?.control?.send(command.encoded())
        watchControl(job)
    }

    /// Waits for room in the pipe if something is left to say.
    func watchControl(_ job: Job) {
        guard let control = job.worker?.control, control.isPending, !control.isWatched else { return }
        do throws(SystemError) {
            try loop.poller.add(control.descriptor, token: token(.control, job), for: .write)
            control.isWatched = true
        } catch {
            handle(.violation("its control pipe cannot be watched: \(error)"), job)
        }
    }

    private func writeControl(_ job: Job) {
        guard let control = job.worker?.control else { return }
        control.flush()
        guard !control.isPending else { return }
        loop.poller.remove(control.descriptor)
        control.isWatched = false
    }

    // MARK: The report and output pipes

    /// `generation` tells whether the event is this worker's or one of a dead worker before it.
    func handle(_ channel: EventToken.Channel, job index: Int, generation: UInt32) {
        guard index < jobs.count, let job = jobs[index], job.generation == generation, let worker = job.worker else {
            return
        }
        switch channel {
        case .control: writeControl(job)
        case .report: if readReport(worker, job) == .closed { reportClosed(worker, job) }
        case .output: if readOutput(worker, job) == .closed { worker.closeOutput(loop.poller) }
        }
        settle(job)
    }

    func readReport(_ worker: WorkerProcess, _ job: Job) -> Descriptor.Transfer {
        read(worker.report) { bytes in
            worker.reportLines.feed(bytes) { line, lost in takeMessage(line, lost, worker, job) }
        }
    }

    func readOutput(_ worker: WorkerProcess, _ job: Job) -> Descriptor.Transfer {
        read(worker.output) { bytes in
            worker.outputLines.feed(bytes) { line, lost in takeOutput(line, lost, job) }
        }
    }

    func read(
        _ end: WorkerProcess.PipeEnd?, _ body: (UnsafeRawBufferPointer) -> Void
    ) -> Descriptor.Transfer {
        guard let end else { return .wouldBlock }
        // A pipe has no errors but those of a wrong call; for the loop it is over then.
        let transfer = (try? end.descriptor.read(into: buffer)) ?? .closed
        readClock()
        if case .bytes(let count) = transfer { body(UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
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
            if case .begin = report, job.definition.goesByZone { usesZones = true }
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
        worker.closeReport(loop.poller)
        worker.exitDeadline = now + WorkerProcess.exitGrace
    }
}
