import Glibc
import Testing

@testable import Kernel

struct Run {
    let status: Kernel.ExitStatus
    /// What it wrote to its standard output.
    let output: String
}

let plainLimit = OpenFilesLimit(limit: rlimit(rlim_cur: 1_024, rlim_max: 1_024))

func program(_ path: String, environment: [String] = [], openFiles: OpenFilesLimit = plainLimit) -> Program {
    Program(path: path, environment: environment, openFiles: openFiles)
}

/// Runs a program to its end. It must not write more than a pipe holds.
func run(
    _ path: String, _ arguments: [String], environment: [String] = [], openFiles: OpenFilesLimit = plainLimit
) throws -> Run {
    try run(program(path, environment: environment, openFiles: openFiles), arguments)
}

func run(_ program: borrowing Program, _ arguments: [String]) throws -> Run {
    let pipe = try Pipe.open(nonblocking: .reader)
    let null = try Descriptor.open(updating: "/dev/null")
    let pid = try program.spawn(arguments: arguments, input: null, output: pipe.writer, error: null)
    let status = try Children.collect(pid)
    return Run(status: status, output: try readAll(pipe.reader))
}

func shell(_ script: String, _ arguments: [String] = []) throws -> Run {
    try run("/bin/sh", ["-c", script, "sh"] + arguments)
}

/// The fields of proc(5)'s `status` of a new program.
func processStatus() throws -> [String: String] {
    let lines = try run("/bin/cat", ["/proc/self/status"]).output.split(separator: "\n")
    let pairs = lines.map { $0.split(separator: ":", maxSplits: 1).map { String($0.filter { !$0.isWhitespace }) } }
    return Dictionary(uniqueKeysWithValues: pairs.filter { $0.count == 2 }.map { ($0[0], $0[1]) })
}

func setOpenFilesLimit(soft: rlim_t, of limit: OpenFilesLimit) throws {
    var changed = limit.limit
    changed.rlim_cur = soft
    try #require(setrlimit(__rlimit_resource_t(7), &changed) == 0)
}

/// A shell that lists its own descriptors has those that it was given, whatever its spawner has open.
///
/// `hasReserve`: whether the program may set descriptors aside.
func expectHygiene(hasReserve: Bool) throws {
    // One of those that a program is started with and that pass on to all that it starts.
    let inherited = dup(2)
    let pipes = try (0..<200).map { _ in try ends(Pipe.open(nonblocking: .both)) }
    let high = fcntl(2, F_DUPFD, 900)
    try #require(inherited > 2 && high >= 900)
    let limit = try OpenFilesLimit.current()
    if !hasReserve { try setOpenFilesLimit(soft: 0, of: limit) }
    let shell = program("/bin/sh")
    try setOpenFilesLimit(soft: limit.limit.rlim_cur, of: limit)
    #expect(try descriptors(of: shell) == ["0", "1", "2"])
    #expect(try reportingDescriptors(of: shell) == ["0", "1", "2", "3", "4"])
    withExtendedLifetime(pipes) {}
}

private let listing = ["-c", "ls /proc/$$/fd; :"]

private func descriptors(of shell: borrowing Program) throws -> [Substring] {
    try run(shell, listing).output.split(separator: "\n")
}

private func reportingDescriptors(of shell: borrowing Program) throws -> [Substring] {
    let pipe = try Pipe.open(nonblocking: .reader)
    let null = try Descriptor.open(updating: "/dev/null")
    let pid = try shell.spawn(
        arguments: listing, input: null, output: pipe.writer, error: null, report: pipe.writer, registry: null)
    #expect(try Children.collect(pid) == .exited(code: 0))
    return try readAll(pipe.reader).split(separator: "\n")
}
