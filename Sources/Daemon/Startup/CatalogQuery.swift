import Clocks
import Kernel
import Shared

/// Asks the worker's program which functions it has, without waiting for the answer.
final class CatalogQuery {
    let pid: ProcessID
    let output: WorkerProcess.PipeEnd
    private let path: String
    private var bytes: [UInt8] = []

    static let timeout = Nanoseconds.seconds(5)
    private static let longestAnswer = 1 << 20

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    init(_ program: WorkerProgram) throws(SystemError) {
        let pipe = try Pipe.open(nonblocking: .reader)
        let null = try Descriptor.open(updating: "/dev/null")
        path = program.path
        pid = try program.spawnCatalog(input: null, output: pipe.writer)
        output = WorkerProcess.PipeEnd(pipe.reader)
    }

    /// Reads what has come. Returns whether the answer is complete.
    func receive() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while bytes.count < Self.longestAnswer {
            switch try? output.descriptor.read(into: &buffer, from: 0) {
            case .bytes(let count): bytes += buffer[..<count]
            case .wouldBlock: return false
            case .closed, nil: return true
            }
        }
        return true
    }

    /// The names of the functions, once the answer is complete.
    func functions() throws(Failure) -> Set<String> {
        var names: Set<String> = []
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            guard line.hasPrefix("function ") else { continue }
            names.insert(String(line.dropFirst("function ".count)))
        }
        guard !names.isEmpty else {
            let answer = String(decoding: bytes.prefix(200), as: UTF8.self).split(separator: "\n").first ?? "nothing"
            throw Failure(
                description: "'\(path) \(WireFormat.catalogArgument)' printed \(answer); expected lines 'function NAME'"
            )
        }
        return names
    }

    /// Waits for the answer, before there is a loop to wait in.
    static func ask(_ program: WorkerProgram) throws -> Set<String> {
        let query = try CatalogQuery(program)
        let deadline = Clock.monotonic() + timeout
        while !query.receive() {
            let rest = deadline - Clock.monotonic()
            guard rest > .zero else {
                query.kill()
                _ = try Children.collect(query.pid)
                throw Failure(
                    description: "'\(program.path) \(WireFormat.catalogArgument)' did not answer within 5s")
            }
            var poll = Poll()
            poll.add(query.output.descriptor.pollHandle, for: .read)
            try poll.wait(rest)
        }
        query.kill()
        _ = try Children.collect(query.pid)
        return try query.functions()
    }

    /// It may have closed its output and go on.
    func kill() { Children.signalGroup(pid, .kill) }
}
