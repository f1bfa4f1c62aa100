import Glibc
import Jobs
import Values

/// Works for a while, and until a file is there if the entry names one; does not hear SIGTERM, and writes down when it began and when it ended.
func span(_ context: JobContext) throws -> JobResult {
    signal(SIGTERM, SIG_IGN)
    if context.data["child"]?.bool ?? false { leaveChild(context) }
    writeSpan("begin", context)
    if let gate = context.data["until"]?.string {
        while access(gate, F_OK) != 0 { usleep(5_000) }
    }
    usleep(UInt32((context.data["milliseconds"]?.int ?? 0) * 1_000))
    writeSpan("end", context)
    return "ok"
}

/// A process in a session of its own, which its parent does not wait for.
private func leaveChild(_ context: JobContext) {
    var pid = pid_t()
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    posix_spawnattr_setflags(&attributes, 0x80)
    let arguments = ["/bin/sleep", "600"]
    let pointers = arguments.map { strdup($0) } + [nil]
    posix_spawn(&pid, arguments[0], nil, &attributes, pointers, environ)
    writeSpan("child", context, pid: pid)
}

/// One write a row, so that rows of several processes do not mix.
private func writeSpan(_ what: String, _ context: JobContext, pid: pid_t = getpid()) {
    guard let path = context.data["ledger"]?.string else { return }
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    let moment = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    let row = Array("\(what) \(context.entry) \(pid) \(moment)\n".utf8)
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    _ = row.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
    close(file)
}
