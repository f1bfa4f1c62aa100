internal import CLinux
internal import CSpawn
package import Clocks
internal import Glibc

/// A process ID.
package typealias ProcessID = Int32

/// How a process ended (wait(2)).
package enum ExitStatus: Hashable, Sendable, CustomStringConvertible {
    case exited(code: Int32)
    case signaled(Int32, dumpedCore: Bool)

    init(waitStatus: Int32) {
        self =
            clinux_wifexited(waitStatus) != 0
            ? .exited(code: clinux_wexitstatus(waitStatus))
            : .signaled(clinux_wtermsig(waitStatus), dumpedCore: clinux_wcoredump(waitStatus) != 0)
    }

    /// SIGKILL, which the kernel sends as well when memory runs out.
    package var isKill: Bool { if case .signaled(SIGKILL, _) = self { true } else { false } }

    /// Whether it ended since it used up its processor time (RLIMIT_CPU): `limit` in seconds, of which it had `used`.
    package func isEndOfTime(_ limit: UInt64?, used: Nanoseconds?) -> Bool {
        guard let limit, case .signaled(let number, _) = self else { return false }
        // SIGKILL comes from others too.
        return number == SIGXCPU || number == SIGKILL && (used?.count ?? 0) / 1_000_000_000 >= Int64(limit)
    }

    package var description: String {
        switch self {
        case .exited(let code): "exit \(code)"
        case .signaled(let number, let dumpedCore):
            "signal \(number) (\(SignalName.of(number)))\(dumpedCore ? ", core dumped" : "")"
        }
    }
}

package enum SignalName {
    /// `SIGTERM` for 15; `SIG40` where there is no name.
    package static func of(_ number: Int32) -> String {
        number > 0 && number < names.count ? "SIG\(names[Int(number)])" : "SIG\(number)"
    }

    // Taken apart when it is needed: an array of strings would stand in the memory of every worker.
    private static var names: [Substring] {
        ("0 HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG "
            + "XCPU XFSZ VTALRM PROF WINCH IO PWR SYS").split(separator: " ")
    }
}

/// A program to be started, with all that stays the same from one start to the next.
package struct Program: ~Copyable {
    package let path: String
    private let file: ProgramFile?
    private let environment: CStringArray
    private let openFiles: rlimit
    private let diesWithSpawner: Bool
    private let player: Player?

    /// A test that plays the programs: it is given the arguments and the numbers of the descriptors, and names the process.
    package typealias Player = (_ arguments: [String], _ descriptors: [Int32]) throws(SystemError) -> ProcessID

    /// `environment`: `NAME=value` each. `openFiles`: the child's limit (RLIMIT_NOFILE). `diesWithSpawner`: by SIGKILL, when the thread
    /// ends that spawned it. `player`: is asked instead of the kernel.
    package init(
        _ file: ProgramFile, environment: [String], openFiles: OpenFilesLimit, diesWithSpawner: Bool = false,
        player: Player? = nil
    ) {
        self.init(
            path: file.path, file: file, environment: environment, openFiles: openFiles,
            diesWithSpawner: diesWithSpawner, player: player)
    }

    /// What stands at the path at each start.
    package init(path: String, environment: [String], openFiles: OpenFilesLimit) {
        self.init(
            path: path, file: nil, environment: environment, openFiles: openFiles, diesWithSpawner: false, player: nil)
    }

    private init(
        path: String, file: ProgramFile?, environment: [String], openFiles: OpenFilesLimit, diesWithSpawner: Bool,
        player: Player?
    ) {
        (self.path, self.file, self.player, self.diesWithSpawner) = (path, file, player, diesWithSpawner)
        // Without it spawning works as well, only slower.
        _ = cspawn_reserve()
        self.environment = CStringArray(environment)
        self.openFiles = openFiles.limit
    }

    /// Starts it with the descriptors as its 0, 1 and 2, `report` as its 3, `registry` as its 4, that of the lock as its 5, and
    /// `note`, if there is one, as its 6: the lock is the child's too. The child leads a session of its own, with no signal blocked or ignored. `group`: where it
    /// begins its life, so that nothing of it was ever elsewhere; `nil`: in that of this process.
    ///
    /// Call it from the main thread only: a parent-death signal is sent when the thread ends that spawned (prctl(2)).
    package func spawn(
        arguments: [String], input: borrowing Descriptor, output: borrowing Descriptor, error: borrowing Descriptor,
        report: borrowing Descriptor, registry: borrowing Descriptor, lock: borrowing FileLock,
        note: borrowing Descriptor? = nil, in group: ControlGroup? = nil
    ) throws(SystemError) -> ProcessID {
        var descriptors = [input.raw, output.raw, error.raw, report.raw, registry.raw, lock.descriptor.raw]
        switch note {
        case .some(let note): descriptors.append(note.raw)
        case nil: break
        }
        guard let group else { return try spawn(arguments: arguments, descriptors: descriptors) }
        let directory = try group.open()
        return try spawn(arguments: arguments, descriptors: descriptors, group: directory.raw)
    }

    /// As the other, without the lock.
    package func spawn(
        arguments: [String], input: borrowing Descriptor, output: borrowing Descriptor, error: borrowing Descriptor,
        report: borrowing Descriptor, registry: borrowing Descriptor, in group: ControlGroup? = nil
    ) throws(SystemError) -> ProcessID {
        let descriptors = [input.raw, output.raw, error.raw, report.raw, registry.raw]
        guard let group else { return try spawn(arguments: arguments, descriptors: descriptors) }
        let directory = try group.open()
        return try spawn(arguments: arguments, descriptors: descriptors, group: directory.raw)
    }

    /// As the others, without the descriptors from 3 on.
    package func spawn(
        arguments: [String], input: borrowing Descriptor, output: borrowing Descriptor, error: borrowing Descriptor
    ) throws(SystemError) -> ProcessID {
        try spawn(arguments: arguments, descriptors: [input.raw, output.raw, error.raw])
    }

    private func spawn(
        arguments: [String], descriptors: [Int32], group: Int32 = -1
    ) throws(SystemError) -> ProcessID {
        if let player { return try player(arguments, descriptors) }
        try file?.vet()
        let argv = CStringArray([path] + arguments)
        var failure = cspawn_failure()
        let pid = unsafe withPath(path) { path in
            unsafe descriptors.withUnsafeBufferPointer { descriptors in
                var request = unsafe cspawn_request(
                    path: path, program: file?.raw ?? -1, argv: argv.pointer, envp: environment.pointer,
                    descriptors: descriptors.baseAddress,
                    descriptor_count: Int32(descriptors.count), lead: CSPAWN_SESSION, directory: nil,
                    dies_with: diesWithSpawner ? getpid() : 0,
                    group: group, limit: clinux_rlimit_nofile, limit_soft: openFiles.rlim_cur,
                    limit_hard: openFiles.rlim_max)
                return unsafe cspawn(&request, &failure)
            }
        }
        guard pid > 0 else { throw SystemError(failure.step.name, path, code: failure.error) }
        return pid
    }
}

extension Program {
    /// As if this kernel did not let a child begin in a group: it then goes there by itself. This cannot be undone; for
    /// tests.
    static func avoidClone3() { cspawn_avoid_clone3() }
}

extension cspawn_step {
    var name: String {
        switch self {
        case CSPAWN_OPEN_GROUP: "open cgroup.procs"
        case CSPAWN_CLONE: "clone"
        case CSPAWN_JOIN_GROUP: "join cgroup"
        case CSPAWN_SETSID: "setsid"
        case CSPAWN_SETPGID: "setpgid"
        case CSPAWN_PRCTL: "prctl"
        case CSPAWN_CLOSE_RANGE: "close_range"
        case CSPAWN_DUP: "dup2"
        case CSPAWN_CHDIR: "chdir"
        case CSPAWN_SETRLIMIT: "setrlimit"
        case CSPAWN_SIGPROCMASK: "sigprocmask"
        default: "execve"
        }
    }
}

/// The children of this process, and strangers that it has inherited as a subreaper or as PID 1.
package enum Children {
    /// A child that has exited and was not collected yet. It stays a zombie, so its process ID is nobody else's.
    package static func peekExited() -> ProcessID? {
        let pid = clinux_peek_exited_child()
        return pid > 0 ? pid : nil
    }

    /// Whether there are any, zombies among them.
    package static var exist: Bool { clinux_has_children() != 0 }

    /// Whether the child has exited. It stays a zombie until it is collected, so its process ID is nobody else's.
    package static func hasExited(_ pid: ProcessID) throws(SystemError) -> Bool {
        try systemCall("waitid", "process \(pid)") { clinux_has_exited(pid) } != 0
    }

    /// Collects a child that `peekExited` returned.
    package static func collect(_ pid: ProcessID) throws(SystemError) -> ExitStatus {
        var status: Int32 = 0
        try systemCall("waitpid", "process \(pid)") { unsafe waitpid(pid, &status, 0) }
        return ExitStatus(waitStatus: status)
    }

    /// Collects the child if it has exited.
    package static func collectIfExited(_ pid: ProcessID) throws(SystemError) -> ExitStatus? {
        var status: Int32 = 0
        let result = try systemCall("waitpid", "process \(pid)") { unsafe waitpid(pid, &status, WNOHANG) }
        return result == 0 ? nil : ExitStatus(waitStatus: status)
    }

    /// Whether the children of this process leave no zombies: nobody collects them then.
    package static func collectThemselves(_ isOn: Bool) {
        var action = sigaction()
        action.sa_flags = isOn ? SA_NOCLDWAIT : 0
        unsafe sigaction(SIGCHLD, &action, nil)
    }

    /// Sends to one process, which must be an uncollected child. One that has exited meanwhile is no error.
    package static func signal(_ pid: ProcessID, _ signal: Signal) {
        guard pid > 1 else { return }
        kill(pid, signal.rawValue)
    }

    /// Sends to the process group that the child leads. Its leader must be uncollected, so that the number is still the
    /// group's.
    package static func signalGroup(_ pid: ProcessID, _ signal: Signal) {
        guard pid > 1 else { return }
        kill(-pid, signal.rawValue)
    }
}
