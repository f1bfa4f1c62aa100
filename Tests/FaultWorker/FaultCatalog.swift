import Clocks
import Glibc
import Jobs
import Values

var faultCatalog: JobCatalog {
    [
        "tick": .function(tick),
        "slot": .function(slot),
        "wait": .asyncFunction(waitAsynchronously),
        "cancel": .asyncFunction(waitForCancellation),
        "talk": .function(talk),
        "chatter": .function(chatter),
        "fail": .function(fail),
        "exit": .function(exitNow),
        "die": .function(die),
        "hang": .function(hang),
        "gate": .function(waitForGate),
        "span": .function(span),
        "deadlock": .function(deadlock),
        "spin": .function(spin),
        "flaky": .function(flaky),
        "probe": .function(probe),
        "close-report": .function(closeReport),
        "flood": .function(flood),
        "orphan": .function(orphan),
        "echo": .function(echo),
        "call": .function(call),
        "call-from-tasks": .asyncFunction(callFromTasks),
        "call-in-crowd": .asyncFunction(callInCrowd),
        "call-too-late": .asyncFunction(callTooLate),
        "call-astray": .asyncFunction(callAstray),
        "find": .function(findAll),
        "surroundings": .function(surroundings),
    ]
}

/// Writes the run into the ledger and works for a while.
private func tick(_ context: JobContext) throws -> JobResult {
    writeLedger(context)
    usleep(UInt32(context.number("milliseconds") * 1_000))
    return "ok"
}

/// When the run was due, as the function is told.
private func slot(_ context: JobContext) throws -> JobResult {
    JobResult(slotText(context))
}

private func slotText(_ context: JobContext) -> String {
    context.slot.map { CivilTime($0).millisecondsText } ?? "none"
}

private func waitAsynchronously(_ context: JobContext) async throws -> JobResult {
    try await Task.sleep(for: .milliseconds(context.number("milliseconds")))
    return "waited"
}

/// Cleans up when it is to end, and takes `milliseconds` for that.
private func waitForCancellation(_ context: JobContext) async throws -> JobResult {
    let left = context.deadline.map { SuspendingClock.now.duration(to: $0) }
    context.logger.info("working", ["bounded": "\(left.map { $0 > .zero && $0 < .seconds(10) } ?? false)"])
    while !context.isCancelled { try? await Task.sleep(for: .milliseconds(5)) }
    let end = SuspendingClock.now.advanced(by: .milliseconds(context.number("milliseconds")))
    while SuspendingClock.now < end { await Task.yield() }
    if let path = context.data["file"]?.string, let file = fopen(path, "we") {
        fputs("cleaned up", file)
        fclose(file)
    }
    context.logger.info("cleaned up", ["task": "\(Task.isCancelled)"])
    return "not asked for"
}

private func talk(_ context: JobContext) throws -> JobResult {
    if context.data["ledger"] != nil { writeLedger(context) }
    context.logger.info("said by the function", ["key": "a value", "entry": "forged"])
    print("said to the standard output")
    write("said to the standard error\n", to: 2)
    return JobResult(context.data["result"]?.string ?? "talked")
}

/// Says more than the report pipe holds in its first run, and takes its time in the others.
private func chatter(_ context: JobContext) throws -> JobResult {
    if context.run == 1 {
        let line = String(repeating: "x", count: 1_000)
        for _ in 0..<context.number("lines") { context.logger.info(line) }
    }
    writeLedger(context)
    if context.run > 1 { usleep(UInt32(context.number("milliseconds") * 1_000)) }
    return "ok"
}

private func fail(_ context: JobContext) throws -> JobResult { throw JobError("disk full") }

private func exitNow(_ context: JobContext) throws -> JobResult { _exit(Int32(context.number("code"))) }

private func die(_ context: JobContext) throws -> JobResult { RawScript.die(of: Int32(context.number("signal"))) }

/// Never returns, and does not hear SIGTERM.
private func hang(_ context: JobContext) throws -> JobResult {
    signal(SIGTERM, SIG_IGN)
    writeLedger(context)
    while true { pause() }
}

/// Returns when the file is there.
private func waitForGate(_ context: JobContext) throws -> JobResult {
    guard let path = context.data["gate"]?.string else { throw JobError("no gate") }
    writeLedger(context)
    while access(path, F_OK) != 0 { usleep(10_000) }
    return "ok"
}

/// Crashes while the file is there.
private func flaky(_ context: JobContext) throws -> JobResult {
    if let path = context.data["while"]?.string, access(path, F_OK) == 0 { _exit(1) }
    return "ok"
}

/// What the process looks like from inside.
private func probe(_ context: JobContext) throws -> JobResult {
    guard let path = context.data["file"]?.string, let file = fopen(path, "we") else { throw JobError("no file") }
    defer { fclose(file) }
    let mask = umask(0)
    umask(mask)
    var openFiles = rlimit()
    getrlimit(__rlimit_resource_t(7), &openFiles)
    let lines = [
        "pid=\(getpid())", "session=\(getsid(0))", "group=\(getpgrp())", "umask=\(mask)",
        "nice=\(getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0))",
        "open_files=\(openFiles.rlim_cur)/\(openFiles.rlim_max)",
        "instance=\(getenv("CRONSUPD_INSTANCE").map { String(cString: $0) } ?? "unset")",
        "supervisor=\(getenv("CRONSUPD_PID") == nil ? "unset" : "set")", "descriptors=\(openDescriptors())",
    ]
    fputs(lines.joined(separator: "\n") + "\n", file)
    return "ok"
}

/// `0,1,2`: those that a program started from here would get.
private func openDescriptors() -> String {
    (Int32(0)..<1_024).filter { number in
        let flags = fcntl(number, F_GETFD)
        return flags != -1 && flags & FD_CLOEXEC == 0
    }.map { String($0) }.joined(separator: ",")
}

private func closeReport(_ context: JobContext) throws -> JobResult {
    close(3)
    while true { pause() }
}

/// Writes lines as fast as they are read.
private func flood(_ context: JobContext) throws -> JobResult {
    let line = Array(String(repeating: "x", count: 99).utf8) + [UInt8(ascii: "\n")]
    let block = Array(repeating: line, count: 100).flatMap { $0 }
    for _ in 0..<context.number("blocks") {
        _ = block.withUnsafeBytes { Glibc.write(1, $0.baseAddress, $0.count) }
    }
    return "ok"
}

/// Leaves a process behind that holds the output and the report pipe open, and dies.
private func orphan(_ context: JobContext) throws -> JobResult {
    _ = fcntl(3, F_SETFD, 0)
    var pid = pid_t()
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    let isApart = context.data["apart"]?.bool ?? false
    posix_spawnattr_setflags(&attributes, isApart ? 0x80 : 0)
    let arguments = ["/bin/sleep", context.data["seconds"]?.scalarText ?? "60"]
    let pointers = arguments.map { strdup($0) } + [nil]
    posix_spawn(&pid, arguments[0], nil, &attributes, pointers, environ)
    writeLedger(context, pid: pid)
    if context.data["dies"]?.bool ?? true { RawScript.die(of: SIGKILL) }
    return "left \(pid)"
}

/// One write a row, so that rows of several processes do not mix.
private func writeLedger(_ context: JobContext, pid: pid_t = getpid()) {
    guard let path = context.data["ledger"]?.string else { return }
    let row = Array("\(context.entry) \(context.run) \(pid) \(slotText(context))\n".utf8)
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    _ = row.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
    close(file)
}

private func write(_ text: String, to descriptor: Int32) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
}

extension JobContext {
    fileprivate func number(_ key: String) -> Int { Int(data[key]?.int ?? 0) }
}
