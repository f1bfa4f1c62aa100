import Glibc
import Kernel

/// A program that a test has started. The spawning is the C library's, and not that of the code under test.
final class ChildProcess {
    let pid: ProcessID
    /// POSIX_SPAWN_SETSID, which the Glibc module lacks.
    private static let newSession: Int32 = 0x80

    private(set) var exitStatus: Kernel.ExitStatus?

    /// `descriptors`: paths that become the program's 0, 1, 2…, each opened for reading (0) or created for writing.
    /// `input`: a descriptor of the test's that is its 0 instead.
    init(
        _ arguments: [String], environment: [String], output: String, errors: String, input: Int32? = nil
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | Self.newSession))
        var pid = ProcessID()
        let code = Self.withCStrings(arguments) { argv in
            Self.withCStrings(environment) { envp in
                posix_spawn(&pid, arguments[0], &actions, &attributes, argv, envp)
            }
        }
        guard code == 0 else { throw Failure("posix_spawn '\(arguments[0])': \(String(cString: strerror(code)))") }
        self.pid = pid
    }

    private static func withCStrings<Result>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let pointers = strings.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        return body(pointers)
    }

    func signal(_ number: Int32) { if exitStatus == nil { kill(pid, number) } }

    /// Whether it has ended.
    var hasExited: Bool {
        if exitStatus == nil { exitStatus = try? Children.collectIfExited(pid) }
        return exitStatus != nil
    }

    deinit {
        guard !hasExited else { return }
        kill(pid, SIGKILL)
        _ = try? Children.collect(pid)
    }
}
