package import Kernel
package import Model

/// One run of a command, from its start to the end of all that it started.
package struct CommandRun {
    private let command: ExecCommand
    private let launch: CommandLaunch
    private let tail: Int
    private let hasOtherChildren: Bool
    private let leaves: Bool
    /// What the command may use of the processor, in seconds; `nil`: as much as this process.
    package var processorTime: UInt64?

    package struct WrongThread: Error, CustomStringConvertible {
        package var description: String { "a command was to run on another than the main thread" }
    }

    /// `directory`: of the registry file, from which a relative `working_directory` counts. `environment` and
    /// `arguments` come after the command's own; for a shell the arguments are $1, $2 and so on. `tail`: so many lines past
    /// the limit are kept. `hasOtherChildren`: the process may have children that are not commands', and which are to be
    /// spared. `leaves`: what it has started goes on when it has ended.
    package init(
        _ command: ExecCommand, directory: String, environment: [ExecCommand.Variable] = [], arguments: [String] = [],
        tail: Int = OutputBounds.defaultTail, hasOtherChildren: Bool = false, leaves: Bool = false
    ) {
        (self.command, self.tail) = (command, tail)
        (self.hasOtherChildren, self.leaves) = (hasOtherChildren, leaves)
        launch = CommandLaunch(
            command, directory: directory, environment: environment, arguments: arguments, isMarked: !leaves)
    }

    /// Runs it and waits for it, on `thread`: a command dies with the thread that started it.
    ///
    /// If SIGTERM, SIGINT or SIGHUP comes meanwhile, it is passed on to the command, and this process ends by it when
    /// the command has: there is no return then. What `services` throws ends the command and is thrown on.
    ///
    /// `limiter`: of all runs of the job.
    package func run(
        _ services: any CommandServices, limiter: inout OutputLimiter, thread: ThreadID = .main
    ) throws -> RunEnd {
        guard thread == .current else { throw WrongThread() }
        let block = SignalBlock(RunningCommand.signals)
        defer { block.restore() }
        let leftovers = try Leftovers(hasOtherChildren: hasOtherChildren, areLeft: leaves)
        defer { clear(leftovers, services) }
        var running: RunningCommand
        do {
            running = try start(services, limiter, leftovers)
        } catch let error as SystemError {
            return RunEnd(outcome: .failed, text: error.description)
        } catch let failure as CommandLaunch.Failure {
            return RunEnd(outcome: .failed, text: failure.description)
        }
        let status = try running.wait()
        limiter = running.output.log.limiter
        if let signal = running.stop { end(by: signal, leftovers, services) }
        if let seconds = running.endOfTime {
            return RunEnd(outcome: .failed, text: ProcessSettings.Limit.endOfTime(seconds))
        }
        return outcome(status, running.output)
    }

    private func start(
        _ services: any CommandServices, _ limiter: OutputLimiter, _ leftovers: Leftovers
    ) throws -> RunningCommand {
        // A pipe that took the number of a closed one would be lost among the child's own three.
        try StandardDescriptors.ensureOpen()
        var spawn = try launch.spawn()
        spawn.processorTime = processorTime
        return try RunningCommand(
            spawn, input: input(), signals: SignalQueue(RunningCommand.signals), leftovers: leftovers,
            log: CommandLog(limiter, most: tail, services), services: services)
    }

    /// A text stands in a file, so that nobody has to feed it to the command.
    private func input() throws(SystemError) -> Descriptor {
        guard let text = command.standardInput else { return try Descriptor.open(updating: "/dev/null") }
        return try Descriptor.sealedMemory("stdin", Array(text.utf8))
    }

    private func clear(_ leftovers: Leftovers, _ services: any CommandServices) {
        if leaves {
            let left = leftovers.release()
            if left.count > 0 { services.left(left.count, program: left.program) }
            return
        }
        let killed = leftovers.clear()
        if killed.count > 0 { services.killed(killed.count, program: killed.program) }
    }

    private func end(by signal: Signal, _ leftovers: Leftovers, _ services: any CommandServices) -> Never {
        clear(leftovers, services)
        _ = services.flush()
        ThisProcess.end(by: signal)
    }

    /// The last line of its standard output that is not empty, or what went wrong.
    private func outcome(_ status: ExitStatus, _ output: borrowing CommandOutput) -> RunEnd {
        let text = output.output.lastText
        var code: Int64?
        if case .exited(let number) = status {
            if command.successCodes.contains(number) { return RunEnd(outcome: .ok, text: text) }
            code = Int64(number)
        }
        // Many programs write their errors where they write all else.
        let reason = output.error.lastText
        return .failed(status.description, reason.isEmpty ? text : reason, code: code)
    }
}
