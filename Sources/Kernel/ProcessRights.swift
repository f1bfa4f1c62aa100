internal import CLinux
internal import Glibc

/// Changes what this process may do, step by step. There is no way back from most of them.
package enum ProcessRights {
    package enum Limit: Hashable, Sendable {
        case addressSpace, cpuTime, openFiles, processes, fileSize, core

        fileprivate var resource: (number: Int32, name: String) {
            switch self {
            case .addressSpace: (clinux_rlimit_as, "RLIMIT_AS")
            case .cpuTime: (clinux_rlimit_cpu, "RLIMIT_CPU")
            case .openFiles: (clinux_rlimit_nofile, "RLIMIT_NOFILE")
            case .processes: (clinux_rlimit_nproc, "RLIMIT_NPROC")
            case .fileSize: (clinux_rlimit_fsize, "RLIMIT_FSIZE")
            case .core: (clinux_rlimit_core, "RLIMIT_CORE")
            }
        }
    }

    /// Soft and hard (setrlimit(2)). Processor time has its hard limit a second later: SIGXCPU comes first, then SIGKILL.
    package static func setLimit(_ limit: Limit, _ value: UInt64) throws(SystemError) {
        let (number, name) = limit.resource
        let hard = limit == .cpuTime ? hardProcessorTime(value) : value
        try systemCall("setrlimit", name) { clinux_set_limit(number, UInt(value), UInt(hard)) }
    }

    /// At most what this process has: not everyone may raise that.
    static func hardProcessorTime(_ seconds: UInt64) -> UInt64 {
        min(seconds + 1, max(seconds, UInt64(clinux_processor_time_limit().rlim_max)))
    }

    /// In seconds, of this process and each that it starts; `nil`: none.
    package static var processorTime: UInt64? {
        let seconds = clinux_processor_time_limit().rlim_cur
        return seconds == .max ? nil : UInt64(seconds)
    }

    /// Makes the pipes of the standard output and error the user's, who can then open them by name, as /dev/stdout. What is no pipe, and
    /// what may not be given away, stays as it is.
    package static func giveOutput(to user: UInt32, group: UInt32) {
        for number in Int32(1)...2 {
            var status = stat()
            guard unsafe fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else { continue }
            fchown(number, user, group)
        }
    }

    /// Of the files that it creates, and its children (umask(2)).
    package static func setFileMask(_ mask: UInt32) { umask(mode_t(mask)) }

    /// From -20, the most urgent, to 19 (setpriority(2)).
    package static func setNice(_ nice: Int) throws(SystemError) {
        try systemCall("setpriority", "\(nice)") { clinux_set_nice(Int32(nice)) }
    }

    /// From -1000, never killed when memory runs out, to 1000 (proc(5)).
    package static func setOOMScoreAdjustment(_ adjustment: Int) throws(SystemError) {
        let path = "/proc/self/oom_score_adj"
        let file = try Descriptor.open(path, flags: O_WRONLY)
        do throws(SystemError) {
            try file.writeAll(Array("\(adjustment)".utf8))
        } catch {
            throw SystemError("write", path, code: error.code)
        }
    }

    /// All three IDs each, and the groups before the user, who may change neither afterwards.
    package static func become(
        user: UInt32, group: UInt32, supplementaryGroups: [UInt32]
    ) throws(SystemError) {
        try systemCall("setgroups", "\(supplementaryGroups.count) groups") {
            unsafe setgroups(supplementaryGroups.count, supplementaryGroups)
        }
        try systemCall("setresgid", "\(group)") { setresgid(group, group, group) }
        try systemCall("setresuid", "\(user)") { setresuid(user, user, user) }
    }

    /// For this process and all that it starts (prctl(2), PR_SET_NO_NEW_PRIVS).
    package static func forgoNewPrivileges() throws(SystemError) {
        try systemCall("prctl", "PR_SET_NO_NEW_PRIVS") { clinux_prctl(PR_SET_NO_NEW_PRIVS, 1) }
    }
}
