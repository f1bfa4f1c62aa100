internal import CLinux
package import Clocks
internal import Glibc

/// The process that this code runs in.
package enum ThisProcess {
    package static var id: ProcessID { getpid() }
    package static var parentID: ProcessID { getppid() }
    /// Whose rights it has.
    package static var userID: UInt32 { geteuid() }

    /// As the command line begins, whatever it was started through.
    package static func takeName() { clinux_take_name() }

    /// Whether orphans among the descendants become this process's children (prctl(2), PR_SET_CHILD_SUBREAPER).
    package static func setSubreaper(_ isOne: Bool) throws(SystemError) {
        try systemCall("prctl", "PR_SET_CHILD_SUBREAPER") { clinux_prctl(PR_SET_CHILD_SUBREAPER, isOne ? 1 : 0) }
    }

    /// The signal that the kernel sends to this process when its parent dies; `nil`: none (prctl(2), PR_SET_PDEATHSIG).
    /// A parent that died before is not noticed: compare `parentID` afterwards.
    package static func setParentDeathSignal(_ signal: Signal?) throws(SystemError) {
        try systemCall("prctl", "PR_SET_PDEATHSIG") { clinux_prctl(PR_SET_PDEATHSIG, UInt(signal?.rawValue ?? 0)) }
    }

    /// The arguments after the program's name.
    package static var arguments: [String] {
        var arguments: [String] = []
        var index = 1
        while let argument = unsafe CommandLine.unsafeArgv[index] {
            unsafe arguments.append(String(cString: argument))
            index += 1
        }
        return arguments
    }

    package static func environment(_ name: String) -> String? { unsafe getenv(name).map { unsafe .init(cString: $0) } }

    package static func removeEnvironment(_ name: String) { unsafe unsetenv(name) }

    /// `NAME=value` each.
    package static var environment: [String] {
        var entries: [String] = []
        var entry = unsafe Glibc.environ
        while let text = unsafe entry.pointee {
            unsafe entries.append(String(cString: text))
            unsafe entry += 1
        }
        return entries
    }

    /// The path of the running program's file, or `nil` where /proc is not mounted.
    package static var executablePath: String? { try? FileSystem.linkTarget("/proc/self/exe") }

    /// Gives memory back to the system that nobody needs while the process sleeps: some tens of kilobytes, which count when
    /// there are thousands of such processes.
    package static func releaseFreeMemory() { clinux_release_free_memory() }

    /// Ends the process by the signal, whatever it is blocked or handled for.
    package static func end(by signal: Signal) -> Never {
        var action = sigaction()
        unsafe sigaction(signal.rawValue, &action, nil)
        var set = sigset_t([signal])
        unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
        raise(signal.rawValue)
        // Reached if the signal's default is not to end a process.
        Glibc.exit(128 + signal.rawValue)
    }

    package static func exit(_ code: Int32) -> Never { Glibc.exit(code) }

    /// Called at the end by `exit`, whoever calls that.
    package static func atExit(_ body: @escaping @convention(c) () -> Void) { atexit(body) }

    /// Ends the process without what is called by `exit`, within `patience`. What the C library's streams hold is written; one that leads
    /// into a full pipe would wait for its reader for ever.
    package static func leave(_ code: Int32, patience: Nanoseconds) -> Never {
        let timer = try? KillTimer(at: Clock.monotonic() + patience)
        fflush(nil)
        _ = timer
        _exit(code)
    }
}

/// How many descriptors a process may have open (RLIMIT_NOFILE, getrlimit(2)).
package struct OpenFilesLimit: Sendable {
    let limit: rlimit

    package var soft: UInt64 { UInt64(limit.rlim_cur) }
    package var hard: UInt64 { UInt64(limit.rlim_max) }

    package static func current() throws(SystemError) -> OpenFilesLimit {
        var limit = rlimit()
        try systemCall("getrlimit", "RLIMIT_NOFILE") { unsafe clinux_getrlimit_nofile(&limit) }
        return OpenFilesLimit(limit: limit)
    }

    /// Raises the soft limit of this process to the hard one.
    package static func raise() throws(SystemError) -> OpenFilesLimit {
        var raised = try current().limit
        raised.rlim_cur = raised.rlim_max
        try systemCall("setrlimit", "RLIMIT_NOFILE") { unsafe clinux_setrlimit_nofile(&raised) }
        return OpenFilesLimit(limit: raised)
    }
}
