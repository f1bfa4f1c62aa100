import Clocks
import Links
import Model
import Supervision
import Wire

extension WorkerPool {
    /// What the tails of all runs may take, in bytes.
    static let mostHeldOutput = 16 * 1_024 * 1_024
    /// So much may be added before somebody looks.
    private static let heldOutputStep = 1_024 * 1_024

    func takeOutput(_ line: UnsafeRawBufferPointer, _ lost: Int, _ job: Job) {
        guard admit(line, .plain, full: lost > 0 ? line.count + lost : 0, job) else { return }
        logPlain(line, lost: lost, run: job.supervisor.phase.run?.number, job)
    }

    /// Whether the supervision is to hear of it now: lines that are beyond the limits wait. `line`: the report as it came.
    func takeNow(_ report: Report, _ line: UnsafeRawBufferPointer, _ job: Job) -> Bool {
        switch report {
        case .log(let log): return admit(line, .log, full: log.message.utf8.count, job)
        case .output(var output):
            let full = Int(clamping: output.fullLength ?? 0)
            return output.text.withUTF8 { admit(UnsafeRawBufferPointer($0), output.stream.kind, full: full, job) }
        case .outputDropped(let loss):
            beginOutput(of: job)
            job.output.lose(lines: Int(loss.lines), bytes: Int(loss.bytes), at: now)
            return false
        case .begin: finishOutput(of: job)
        default: break
        }
        return true
    }

    private func admit(_ line: UnsafeRawBufferPointer, _ kind: OutputTail.Kind, full: Int, _ job: Job) -> Bool {
        beginOutput(of: job)
        if job.output.admit(line, kind, full: full, at: now) { return true }
        heldOutput += line.count + OutputTail.lineSize
        if heldOutput >= Self.heldOutputStep {
            heldOutput = 0
            Self.giveUpOldest(of: jobs.compactMap(\.self), most: Self.mostHeldOutput - Self.heldOutputStep)
        }
        return false
    }

    /// The tails of the runs that began first give their room to others.
    static func giveUpOldest(of jobs: [Job], most: Int) {
        let writers = jobs.filter(\.hasOutput)
        var total = writers.reduce(0) { $0 + $1.output.footprint }
        guard total > most else { return }
        for job in writers.sorted(by: { $0.output.began < $1.output.began }) where total > most {
            total -= job.output.footprint
            job.output.giveUpTail()
        }
    }

    /// What the rate allows by now.
    func releaseOutput(of job: Job) { job.output.release(at: now) { logWaiting($0, job) } }

    /// The last lines of a run, before its outcome.
    func finishOutput(of job: Job) { if job.hasOutput { job.output.finish(at: now) { logWaiting($0, job) } } }

    /// Of a job that has written nothing before.
    private func beginOutput(of job: Job) { if !job.hasOutput { job.output.finish(at: now) { _ in } } }

    private func logPlain(_ line: UnsafeRawBufferPointer, lost: Int, run: Int64?, _ job: Job) {
        incidents.outputLine(line, lost: lost, run: run, job)
        if ledger != nil || job.tellsWords, let run {
            writeOutput(String(decoding: line, as: UTF8.self), run: run, of: job)
        }
    }

    private func logWaiting(_ part: OutputTail.Part, _ job: Job) {
        let number = job.supervisor.phase.run?.number
        switch part {
        case .loss(let loss): incidents.outputDropped(lines: loss.lines, bytes: loss.bytes, job)
        case .line(.plain, let line, let full):
            logPlain(line, lost: max(0, full - line.count), run: number, job)
        case .line(.log, let line, _):
            if case .log(let log)? = try? Report.decode(line) { record(.jobLine(log), of: job) }
        case .line(let kind, let line, let full):
            guard let stream = Report.Output.Stream(kind) else { return }
            let text = String(decoding: line, as: UTF8.self)
            let run = number ?? job.supervisor.runs
            record(
                .output(.init(stream: stream, run: run, text: text, fullLength: full > 0 ? Int64(full) : nil)), of: job)
        }
    }
}
