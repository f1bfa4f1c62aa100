internal import CLinux
internal import CSpawn
internal import Glibc

/// A command to be started, in a process group of its own within the session of this process.
package struct CommandSpawn: Sendable {
    /// Without a search: what execve(2) is called with, from `directory`.
    package var path: String
    /// From the program's name on.
    package var arguments: [String]
    /// `NAME=value` each.
    package var environment: [String]
    /// Where it begins; `nil`: in the directory of this process.
    package var directory: String?
    /// Where it begins if `directory` cannot be entered.
    package var fallbackDirectory: String?
    /// What it may use of the processor, in seconds (RLIMIT_CPU); `nil`: as much as this process.
    package var processorTime: UInt64?

    package init(path: String, arguments: [String], environment: [String], directory: String? = nil) {
        (self.path, self.arguments) = (path, arguments)
        (self.environment, self.directory) = (environment, directory)
    }

    /// Starts it with the descriptors as its 0, 1 and 2. It has no signal blocked or ignored and the limits of this
    /// process, and the kernel kills it when this process dies.
    ///
    /// Call it from the main thread only: a parent-death signal is sent when the thread ends that spawned (prctl(2)).
    package func start(
        input: borrowing Descriptor, output: borrowing Descriptor, error: borrowing Descriptor
    ) throws(SystemError) -> ProcessID {
        try refuseNULs()
        let descriptors = [input.raw, output.raw, error.raw]
        var failure = cspawn_failure()
        var pid = spawn(descriptors, in: directory, &failure)
        if pid <= 0, failure.step == CSPAWN_CHDIR, let fallbackDirectory {
            failure = cspawn_failure()
            pid = spawn(descriptors, in: fallbackDirectory, &failure)
        }
        guard pid > 0 else { throw describe(failure) }
        return pid
    }

    /// A string of C ends at its first NUL: the rest would be lost without a word.
    private func refuseNULs() throws(SystemError) {
        for (index, argument) in arguments.enumerated() where argument.utf8.contains(0) {
            throw SystemError("execve", path, code: EINVAL, note: "argument \(index) has a NUL byte in it")
        }
        for variable in environment where variable.utf8.contains(0) {
            let name = String(variable.prefix { $0 != "=" && $0 != "\0" })
            throw SystemError("execve", path, code: EINVAL, note: "the variable \(name) has a NUL byte in it")
        }
        guard !path.utf8.contains(0), directory?.utf8.contains(0) != true else {
            throw SystemError("execve", "", code: EINVAL, note: "a path has a NUL byte in it")
        }
    }

    private func spawn(
        _ descriptors: [Int32], in directory: String?, _ failure: inout cspawn_failure
    ) -> ProcessID {
        let (argv, envp) = (CStringArray(arguments), CStringArray(environment))
        // NULL after the path if there is no directory.
        let paths = CStringArray(paths: [path] + (directory.map { [$0] } ?? []))
        return withExtendedLifetime((argv, envp, paths)) {
            unsafe descriptors.withUnsafeBufferPointer { descriptors in
                var request = unsafe cspawn_request(
                    path: paths.pointer[0], program: -1, argv: argv.pointer, envp: envp.pointer,
                    descriptors: descriptors.baseAddress, descriptor_count: Int32(descriptors.count),
                    lead: CSPAWN_GROUP, directory: paths.pointer[1], dies_with: getpid(), group: -1,
                    limit: processorTime == nil ? -1 : clinux_rlimit_cpu, limit_soft: UInt(processorTime ?? 0),
                    limit_hard: UInt(ProcessRights.hardProcessorTime(processorTime ?? 0)))
                return unsafe cspawn(&request, &failure)
            }
        }
    }

    private func describe(_ failure: cspawn_failure) -> SystemError {
        let object = failure.step == CSPAWN_CHDIR ? directory ?? "" : path
        return SystemError(failure.step.name, object, code: failure.error, note: note(on: failure))
    }

    /// What errno does not tell of a program that cannot be run (execve(2)).
    private func note(on failure: cspawn_failure) -> String? {
        guard failure.step == CSPAWN_EXECVE else { return nil }
        let file = path.first == "/" ? path : "\(directory ?? ".")/\(path)"
        switch failure.error {
        case ENOEXEC: return "neither a program for this machine nor a script that begins with #!"
        case ENOENT where FileSystem.exists(file): return "the file is there, but not the interpreter that it names"
        default: return nil
        }
    }
}
