import Clocks
import Glibc
import Kernel
import TestSupport

/// A `commandhost` that runs a command on its main thread, as a worker does.
final class HostProcess {
    let pid: ProcessID
    private let output: Descriptor
    private let input: Descriptor
    private var bytes: [UInt8] = []
    private var isCollected = false

    struct TimedOut: Error, CustomStringConvertible {
        let description: String
    }

    /// What it may take on a machine with other things to do.
    private static let patience = Nanoseconds.seconds(120)

    private static let path: String = {
        let path = ThisProcess.executablePath ?? ""
        return String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) + "/commandhost"
    }()

    /// `closedInput`: it is started without a descriptor 0.
    init(_ arguments: [String], environment: [String] = HostProcess.environment, closedInput: Bool = false) throws {
        let input = try Pipe.open(nonblocking: .writer)
        let output = try Pipe.open(nonblocking: .reader)
        let limit = try OpenFilesLimit.current()
        if closedInput {
            let shell = Program(path: "/bin/sh", environment: environment, openFiles: limit)
            pid = try shell.spawn(
                arguments: ["-c", "exec \"$0\" \"$@\" <&-", Self.path] + arguments, input: input.reader,
                output: output.writer, error: output.writer)
        } else {
            let host = Program(path: Self.path, environment: environment, openFiles: limit)
            pid = try host.spawn(
                arguments: arguments, input: input.reader, output: output.writer, error: output.writer)
        }
        self.input = input.writer
        self.output = output.reader
    }

    static let environment = ["PATH=/usr/bin:/bin", "INHERITED=yes"]

    func signal(_ number: Int32) { kill(pid, number) }

    /// Writes into its control pipe.
    func tell(_ text: String) throws { try input.writeAll(Array(text.utf8)) }

    /// Waits for a line that begins so, and returns its rest.
    func wait(for prefix: String) throws -> String {
        while true {
            if let line = lines.first(where: { $0.hasPrefix(prefix) }) { return String(line.dropFirst(prefix.count)) }
            guard try read() else { throw TimedOut(description: "no line '\(prefix)' among \(lines)") }
        }
    }

    /// All that it writes until its end, and how it ended.
    func finish() throws -> HostResult {
        while try read() {}
        let status = try Children.collect(pid)
        isCollected = true
        return HostResult(lines: lines, status: status)
    }

    private var lines: [String] {
        var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        // What comes behind the last newline is not a line yet.
        lines.removeLast()
        return lines.map(String.init)
    }

    /// Returns whether anything came.
    private func read() throws -> Bool {
        var poll = Poll()
        poll.add(output.pollHandle, for: .read)
        try poll.wait(Self.patience)
        guard poll.isReady(0) else { throw TimedOut(description: "nothing more after \(lines)") }
        var buffer = [UInt8](repeating: 0, count: 64 * 1_024)
        guard case .bytes(let count) = try output.read(into: &buffer, from: 0) else { return false }
        bytes += buffer[..<count]
        return true
    }

    deinit {
        guard !isCollected else { return }
        Children.signal(pid, .kill)
        _ = try? Children.collect(pid)
    }
}
