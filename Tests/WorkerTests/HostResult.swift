import Kernel

/// What a `commandhost` wrote and how it ended.
struct HostResult {
    let lines: [String]
    let status: Kernel.ExitStatus

    /// `ok …`, `failed …` or `threw …`.
    var outcome: String? { lines.first { line in ["ok", "failed", "threw"].contains { line.hasPrefix("\($0) ") } } }

    /// `stdout 0 text`, with the number of bytes that were cut off.
    var logged: [String] { rest("line ") }
    var loggedCount: [Int] { numbers("logged ") }
    var droppedCount: [Int] { numbers("dropped ") }
    /// How many lines the limit would let through after the last run.
    var left: Int? { numbers("left ").first }
    /// Descriptors, children and blocked signals after the first run and after the last.
    var before: String? { rest("before ").first }
    var after: String? { rest("after ").first }

    /// The most memory that it ever took, in KiB.
    var memory: Int? { lines.last { $0.hasPrefix("memory ") }.flatMap { Int($0.dropFirst(7)) } }

    private func rest(_ prefix: String) -> [String] {
        lines.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }

    private func numbers(_ prefix: String) -> [Int] {
        rest(prefix).first.map { $0.split(separator: " ").compactMap { Int($0) } } ?? []
    }
}

/// Runs a command to its end.
func run(_ arguments: [String], _ options: [String] = []) throws -> HostResult {
    try HostProcess(options + ["--"] + arguments).finish()
}

/// Runs a text with the shell.
func shell(_ text: String, _ options: [String] = []) throws -> HostResult {
    try HostProcess(options + ["--text", text]).finish()
}
