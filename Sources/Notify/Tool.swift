import Clocks
import Jobs
import Kernel
import Values

/// A program of the machine that is given a text and waited for.
struct Tool {
    struct Output {
        var status: ExitStatus
        var output: String
        var error: String
    }

    private let name: String
    private let arguments: [String]

    /// So much is kept of each of its outputs.
    private static let longest = 128 * 1_024

    init(_ name: String, _ arguments: [String]) { (self.name, self.arguments) = (name, arguments) }

    /// `patience`: it is killed after so long.
    func run(_ input: [UInt8], patience: Nanoseconds) throws -> Output {
        // A pipe that took the number of a closed one would be lost among the program's own three.
        try StandardDescriptors.ensureOpen()
        let spawn = CommandSpawn(path: try path(), arguments: [name] + arguments, environment: Self.environment)
        let output = try Pipe.open(nonblocking: .reader)
        let error = try Pipe.open(nonblocking: .reader)
        let pid = try start(spawn, input, output.writer, error.writer)
        let end = Clock.monotonic() + patience
        var (texts, isOver) = (([UInt8](), [UInt8]()), false)
        do {
            isOver = try Self.read(output.reader, error.reader, until: end, &texts)
        } catch {
            _ = try? Self.end(pid, kills: true)
            throw error
        }
        let status = try Self.end(pid, kills: !isOver)
        guard isOver else { throw JobError("\(name) did not end within \(DurationText.format(patience))") }
        return Output(
            status: status, output: String(decoding: texts.0, as: UTF8.self),
            error: String(decoding: texts.1, as: UTF8.self))
    }

    private func path() throws(JobError) -> String {
        let path = ThisProcess.environment("PATH") ?? ProgramSearch.defaultPath
        switch ProgramSearch.find(name, path: path, directory: nil) {
        case .found(let file): return file
        case .denied(let file): throw JobError("'\(file)' is not a file that may be run")
        case .missing: throw JobError("no program '\(name)' in PATH (\(path)); expected it to be installed")
        }
    }

    /// Leaves the pipes open for the program alone.
    private func start(
        _ spawn: CommandSpawn, _ input: [UInt8], _ output: consuming Descriptor, _ error: consuming Descriptor
    ) throws(SystemError) -> ProcessID {
        let text = try Descriptor.sealedMemory("input", input)
        return try spawn.start(input: text, output: output, error: error)
    }

    private static func end(_ pid: ProcessID, kills: Bool) throws(SystemError) -> ExitStatus {
        if kills { Children.signalGroup(pid, .kill) }
        return try Children.collect(pid)
    }

    /// Returns whether both ends were closed in time.
    private static func read(
        _ output: borrowing Descriptor, _ error: borrowing Descriptor, until end: MonotonicInstant,
        _ texts: inout ([UInt8], [UInt8])
    ) throws(SystemError) -> Bool {
        var (isOpen, room) = ((true, true), [UInt8](repeating: 0, count: 16_384))
        while isOpen.0 || isOpen.1 {
            let rest = end - Clock.monotonic()
            guard rest > .zero else { return false }
            var poll = Poll()
            let first = isOpen.0 ? poll.add(output.pollHandle, for: .read) : nil
            let second = isOpen.1 ? poll.add(error.pollHandle, for: .read) : nil
            try poll.wait(rest)
            if let first, poll.isReady(first) { isOpen.0 = try take(output, &room, &texts.0) }
            if let second, poll.isReady(second) { isOpen.1 = try take(error, &room, &texts.1) }
        }
        return true
    }

    private static func take(
        _ reader: borrowing Descriptor, _ room: inout [UInt8], _ text: inout [UInt8]
    ) throws(SystemError) -> Bool {
        switch try reader.read(into: &room, from: 0) {
        case .closed: return false
        case .wouldBlock: return true
        case .bytes(let count):
            text += room.prefix(min(count, longest - text.count))
            return true
        }
    }

    /// What it says, as one line.
    static func line(_ text: String) -> String { text.split(whereSeparator: \.isNewline).joined(separator: " ") }

    /// What it needs, and nothing of what is secret.
    private static var environment: [String] {
        let names = [
            "PATH", "HOME", "LANG", "USER", "LOGNAME", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE",
            "http_proxy",
            "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY",
        ]
        return names.compactMap { name in ThisProcess.environment(name).map { "\(name)=\($0)" } }
    }
}
