import Kernel
import Logging
import Model
import Supervision

extension IncidentLog {
    /// So many frames are shown of all threads together.
    static let mostFrames = 200

    /// Where a worker was before it was ended.
    func stacks(_ threads: [ThreadStack], of job: Job) {
        // Those of Lua itself say nothing about the function, whose own traceback comes as the job's output.
        let level: Logger.Level = job.definition.kind == .lua && job.supervisor.phase.run != nil ? .debug : .warning
        var shown = 0
        for thread in threads {
            self.thread(thread, job)
            let lines = Self.lines(thread)
            for (number, line) in lines.enumerated() where shown < Self.mostFrames {
                shown += 1
                records(
                    level, "Worker frame", job,
                    ["thread": .number(thread.id), "frame": .number(number), "text": .text(line)])
            }
        }
        let count = threads.reduce(0) { $0 + Self.lines($1).count }
        if count > shown { records(level, Drop.frames.rawValue, job, ["count": .number(count - shown)]) }
    }

    /// They were not to be taken now.
    func stacksLeftOut(of job: Job) {
        records(
            .warning, "Worker stack", job, ["pid": pid(job), "error": "left out: those of too many workers at once"])
    }

    private func thread(_ thread: ThreadStack, _ job: Job) {
        let facts = thread.facts
        var fields: LogFields = [
            "pid": pid(job), "thread": .number(thread.id), "name": .text(facts.name), "state": .text(facts.state.word),
        ]
        fields.add("call", facts.call.map { "\($0)" })
        fields.add("wait", facts.waitChannel.map { .text($0) })
        fields.add("error", thread.gap.map { .text($0) })
        records(.warning, "Worker stack", job, fields)
    }

    /// Of a thread that runs, those of the kernel are of chance.
    private static func lines(_ thread: ThreadStack) -> [String] {
        let kernel = thread.facts.state == .running ? [] : thread.facts.kernelFrames
        return kernel.map { "\($0) (kernel)" } + thread.frames.map(text)
    }

    /// `hang(_:) (cronworker+0x4a31f0)`: what is in the brackets, addr2line(1) makes a line of the source of.
    private static func text(_ frame: ThreadStack.Frame) -> String {
        let place = "\(frame.module ?? "")+0x\(String(frame.address, radix: 16))"
        return frame.symbol.map { "\(SwiftName.plain($0)) (\(place))" } ?? place
    }
}

extension ThreadFacts.State {
    fileprivate var word: String {
        switch self {
        case .running: "running"
        case .sleeping: "sleeping"
        case .blocked: "blocked"
        case .stopped: "stopped"
        case .traced: "traced"
        case .dead, .gone: "dead"
        case .idle: "idle"
        case .unknown: "unknown"
        }
    }
}
