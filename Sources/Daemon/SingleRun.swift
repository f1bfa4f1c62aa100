import Clocks
import Host
package import Kernel
import Links
import Model
import Schedules
package import Values
import Wire

/// One run of one entry's function, in the foreground: with a worker, and without a daemon.
package final class SingleRun {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private let definition: JobDefinition
    private let programs: WorkerPrograms
    private let registry: SharedRegistry
    private let output: SingleRunOutput
    private let machine = Machine()
    private var pid: ProcessID?
    /// `nil`: the worker is to end.
    private var control: Box<Descriptor>?
    private var reports: Inbox?
    private var stage = Stage.starting
    private var deadline = MonotonicInstant.distantFuture
    /// Why the run was ended before its time.
    private var cause: Cause?
    private var end: Report.End?
    private var fault: String?

    private enum Stage { case starting, running, ending, killed }

    private enum Cause {
        case timeout(Nanoseconds)
        case signal(Signal)
        case silence
    }

    /// The worker's first word, and its exit after its last one.
    private static let startTimeout = Nanoseconds.seconds(30)
    private static let exitGrace = Nanoseconds.seconds(2)
    /// What timeout(1) has for it.
    private static let timeoutCode: Int32 = 124

    /// `arguments`: in the place of the entry's `args`.
    package init(_ startup: Startup, of id: EntryID, arguments: Value?, format: LogFormat) throws(Failure) {
        let functions = startup.loaded.jobs + startup.loaded.hookFunctions
        guard var definition = functions.first(where: { $0.id == id }) else {
            let hint = NearestName.of(id.description, among: functions.map(\.id.description))
            throw Failure(
                description: "no function '\(id)' in the registry" + (hint.map { "; did you mean '\($0)'?" } ?? ""))
        }
        if let arguments { definition.data["args"] = arguments }
        self.definition = definition
        (programs, registry) = (startup.programs, startup.registry)
        output = SingleRunOutput(definition, format)
    }

    /// What `--args` says.
    package static func arguments(_ text: String) throws(Failure) -> Value {
        let most = ExecCommand.longestArgument - "CRONSUPD_ARGS=".utf8.count
        guard text.utf8.count <= most else {
            throw Failure(description: "--args: \(text.utf8.count) bytes; expected at most \(most)")
        }
        do throws(JSONCoding.Failure) {
            return try JSONCoding.value(from: Array(text.utf8))
        } catch {
            throw Failure(description: "--args: no JSON: \(error)")
        }
    }

    /// Returns the exit code.
    package func run() throws(SystemError) -> Int32 {
        try ThisProcess.setSubreaper(true)
        let strangers = Set(ProcessTable.children(of: ThisProcess.id))
        let signals = try SignalQueue([.terminate, .interrupt, .hangUp, .child])
        if !definition.controlGroupLimits.isEmpty { output.say("limits that need a control group are not in force") }
        let pid = try start()
        deadline = machine.now + Self.startTimeout
        while try !machine.hasExited(pid) { try turn(signals) }
        try receive()
        // It stays uncollected, so that its number is still its session's.
        sweep(pid, strangers)
        return code(try machine.collect(pid))
    }

    // MARK: The worker

    private func start() throws(SystemError) -> ProcessID {
        let control = try Pipe.open(nonblocking: .neither)
        let report = try Pipe.open(nonblocking: .reader)
        let pid = try programs.program(at: definition.function.program).worker.spawn(
            arguments: [definition.id.description, Schedule.hookOnlyText], input: control.reader,
            output: try StandardDescriptors.duplicateOutput(), error: try StandardDescriptors.duplicateError(),
            report: report.writer, registry: registry.memory.descriptor)
        self.pid = pid
        reports = Inbox(report.reader, longestLine: WireFormat.longestMessage - 1)
        let writer = Box(control.writer)
        self.control = writer
        // A worker that has gone does not take it, and its exit says why.
        try? writer.value.writeAll(workerDefinition.encoded())
        return pid
    }

    /// It runs at once, and has no slots.
    private var workerDefinition: WorkerDefinition {
        let now = Clock.slotInstant(.monotonic)
        var header = WorkerDefinition.Header(
            entry: definition.id, kind: definition.kind.rawValue,
            schedule: ScheduleWords(Schedule(.none, text: Schedule.hookOnlyText)), start: now, accounted: now, runs: 0,
            file: definition.location.file, runsNow: true)
        header.hasAllOutput = true
        header.timeout = definition.policy.timeout
        if header.timeout != nil { header.killAfter = definition.policy.killAfter }
        return WorkerDefinition(
            header: header, meta: definition.meta, data: definition.data, process: definition.process.map)
    }

    private func turn(_ signals: borrowing SignalQueue) throws(SystemError) {
        var poll = Poll()
        poll.add(signals.descriptor.pollHandle, for: .read)
        if let end = reports?.end { poll.add(end.value.pollHandle, for: .read) }
        try poll.wait(deadline == .distantFuture ? nil : max(.zero, deadline - machine.now))
        for signal in try signals.take() where signal != .child { stop(by: signal) }
        try receive()
        if machine.now >= deadline { expire() }
    }

    // MARK: What it says

    private func receive() throws(SystemError) {
        var failure: WireError?
        let isOver = withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 1) { buffer in
            while true {
                switch reports?.read(into: buffer) ?? .wouldBlock {
                case .bytes(let count):
                    reports?.split(buffer, count) { line, _ in
                        do throws(WireError) { take(try Report.decode(line)) } catch { failure = error }
                    }
                case .wouldBlock: return false
                case .closed: return true
                }
            }
        }
        if let failure { output.say("protocol error: \(failure)") }
        if isOver { reports = nil }
    }

    private func take(_ report: Report) {
        output.show(report)
        switch report {
        case .begin where stage == .starting:
            stage = .running
            // A signal may have come before this was read.
            if cause == nil { deadline = definition.policy.timeout.map { machine.now + $0 } ?? .distantFuture }
        case .leftovers(let left) where left.left: try? control?.value.writeAll(Command.moved.encoded())
        case .end(let end):
            self.end = end
            control = nil
            (stage, deadline) = (.ending, machine.now + Self.exitGrace)
        case .fault(let fault): self.fault = fault.message
        default: break
        }
    }

    // MARK: Its end

    /// A second signal ends it at once.
    private func stop(by signal: Signal) {
        let isFirst = cause == nil
        if isFirst { cause = .signal(signal) }
        isFirst ? terminate() : kill()
    }

    private func expire() {
        switch stage {
        case .running where cause == nil:
            cause = .timeout(definition.policy.timeout ?? .zero)
            terminate()
        case .starting where cause == nil:
            cause = .silence
            kill()
        case .starting, .running, .ending: kill()
        case .killed: deadline = .distantFuture
        }
    }

    private func terminate() {
        guard let pid else { return }
        machine.signalGroup(pid, .terminate)
        deadline = machine.now + definition.policy.killAfter
    }

    private func kill() {
        (stage, deadline) = (.killed, .distantFuture)
        guard let pid else { return }
        machine.killDescendants(pid)
        machine.signalGroup(pid, .kill)
    }

    /// What it has left ends with it, unless it ended by itself and its entry lets that live.
    private func sweep(_ pid: ProcessID, _ strangers: Set<ProcessID>) {
        if definition.leftovers.leaves, stage == .ending, cause == nil { return }
        _ = try? machine.killSessions([pid])
        for orphan in ProcessTable.children(of: ThisProcess.id) where orphan != pid && !strangers.contains(orphan) {
            machine.killDescendants(orphan)
            Children.signal(orphan, .kill)
        }
    }

    private func code(_ status: ExitStatus) -> Int32 {
        switch cause {
        case .timeout(let limit):
            output.say("timeout after \(DurationText.format(limit))")
            return Self.timeoutCode
        case .signal(let signal): return 128 + signal.rawValue
        case .silence:
            output.say("the worker did not begin within \(DurationText.format(Self.startTimeout))")
            return ExitCode.systemFailure
        case nil: break
        }
        if let end { return output.code(of: end) }
        if let fault {
            output.say(fault)
            return status == .exited(code: ExitCode.wrongInput) ? ExitCode.wrongInput : ExitCode.systemFailure
        }
        output.say("the worker ended \(stage == .starting ? "before" : "in") the run: \(status)")
        return stage == .starting ? ExitCode.systemFailure : ExitCode.failedRun
    }
}
