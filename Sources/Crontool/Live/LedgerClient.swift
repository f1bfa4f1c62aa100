package import Clocks
package import Kernel
import Values
package import Wire

/// A connection to the socket of a ledger.
package final class LedgerClient {
    private let stream: MessageStream
    /// What it has said of itself.
    package private(set) var greeting = LedgerAnswer.Greeting()

    private static let socketName = "ledger.sock"
    /// A question about the whole of it may take long.
    private static let longPatience = Nanoseconds.seconds(600)

    /// Waits for its greeting. `nil`: nobody listens there.
    init?(in directory: String) throws(DaemonFailure) {
        guard let stream = try MessageStream(in: directory, named: Self.socketName) else { return nil }
        self.stream = stream
        try welcome()
    }

    /// Reads a ledger that perhaps nobody keeps: a database, or the directory that it is in. `program`: cronledger.
    package init(reading path: String, by program: String) throws(DaemonFailure) {
        do throws(SystemError) {
            let pair = try Pipe.socket()
            try pair.reader.setNonblocking()
            stream = MessageStream(StreamSocket(pair.reader))
            let output = try Descriptor.open(updating: "/dev/null")
            let errors = try StandardDescriptors.duplicateError()
            _ = try Program(path: program, environment: ThisProcess.environment, openFiles: .current()).spawn(
                arguments: ["--read", path], input: pair.writer, output: output, error: errors)
        } catch { throw .system(error) }
        try welcome()
    }

    private func welcome() throws(DaemonFailure) {
        switch try nextAnswer(within: DaemonClient.patience) {
        case .greeting(let greeting)?: self.greeting = greeting
        case .refused(let refused)?: throw .refused(refused)
        case nil, .some: throw .gone
        }
    }

    /// Calls `body` with what is answered before the end. `patience`: from answer to answer; `nil`: what a question about the whole
    /// of the ledger may take.
    @discardableResult
    package func ask(
        _ question: LedgerQuestion, within patience: Nanoseconds? = nil, _ body: (LedgerAnswer) -> Void = { _ in }
    ) throws(DaemonFailure) -> LedgerAnswer.Done {
        try stream.send(question.encoded())
        while let answer = try nextAnswer(within: patience ?? Self.longPatience) {
            switch answer {
            case .done(let done): return done
            case .refused(let refused): throw .refused(refused)
            case .status:
                body(answer)
                return LedgerAnswer.Done()
            case .greeting, .run, .gap, .event, .output, .line, .lost, .fault: body(answer)
            }
        }
        throw .gone
    }

    /// Calls `body` with what comes, however long that takes. Returns when nothing more will come, or when `body` returns `false`.
    func follow(_ question: LedgerQuestion, _ body: (LedgerAnswer) -> Bool) throws(DaemonFailure) {
        try stream.send(question.encoded())
        while let answer = try nextAnswer(within: nil) {
            switch answer {
            case .done: return
            case .refused(let refused): throw .refused(refused)
            default: if !body(answer) { return }
            }
        }
        throw .gone
    }

    /// What a run wrote that has ended, or is about to: the daemon tells of an end before the ledger has all that came before it.
    func linesToEnd(of entry: EntryID, run: Int64) throws(DaemonFailure) -> KeptLines {
        try stream.send(LedgerQuestion.output(.init(entry: entry, run: run, after: 0)).encoded())
        var (lines, left) = ([String](), Int64(0))
        while let answer = try nextAnswer(within: DaemonClient.patience) {
            switch answer {
            case .line(let text): lines.append(text)
            case .lost(let lost): left += lost.lines ?? 0
            case .done: return KeptLines(run: run, lines: lines, left: left)
            case .refused(let refused): throw .refused(refused)
            default: break
            }
        }
        throw .gone
    }

    /// A copy of the database, which has no name.
    package struct Copy {
        package let file: StreamSocket.FileBox
        /// In bytes.
        package let size: Int64
        package let runs: Int64
    }

    package func copy() throws(DaemonFailure) -> Copy {
        let done = try ask(.backup)
        guard let file = stream.file else { throw .gone }
        return Copy(file: file, size: done.count, runs: done.runs ?? 0)
    }

    /// Those of a newer ledger's that are not known are ignored. `nil`: nothing more comes.
    private func nextAnswer(within patience: Nanoseconds?) throws(DaemonFailure) -> LedgerAnswer? {
        while let line = try stream.nextLine(within: patience) {
            do throws(WireError) {
                return try line.span.withUnsafeBytes { bytes throws(WireError) in try LedgerAnswer.decode(bytes) }
            } catch {
                if case .unknownVerb = error { continue }
                throw .refused(.init(.malformed, "cronledger answers what is no answer: \(error)"))
            }
        }
        return nil
    }
}
