import Kernel
import LedgerStore
import Links
import SQLiteStore
import Wire

/// Answers whoever has started it about a ledger that perhaps nobody keeps, such as a backup, with the rights of that user. Nothing is
/// written to it.
struct LedgerReading {
    private let socket: Box<StreamSocket>
    private let path: String
    private let answers: LedgerAnswers

    /// `path`: of a database, or of the directory that it is in. Returns the exit code.
    static func run(_ path: String) throws(SystemError) -> Int32 {
        guard let input = Descriptor.inherited(0) else { return 111 }
        let socket = Box(StreamSocket(input))
        do throws(LedgerError) {
            return try LedgerReading(socket, path).answerAll()
        } catch {
            _ = try socket.value.send(LedgerAnswer.refused(.init(.ledger, "'\(path)': \(words(error))")).encoded())
            return 111
        }
    }

    private static func words(_ error: LedgerError) -> String {
        guard error.code != 0 else { return error.text }
        return "\(error.text); it is read as this user, who must have the right to read it and what lies beside it"
    }

    private init(_ socket: Box<StreamSocket>, _ path: String) throws(LedgerError) {
        let isDirectory = (try? FileSystem.status(path))?.kind == .directory
        let file = isDirectory ? "\(path)/ledger.db" : path
        guard FileSystem.exists(file) else { throw LedgerError(.other, "there is no such ledger", path: path) }
        let directory = file.lastIndex(of: "/").map { String(file[..<$0]) } ?? "."
        let isKept = FileLock.isHeld("\(directory)/\(LedgerDirectory.lockName)")
        answers = try LedgerAnswers(unkept: file, isKept: isKept)
        (self.socket, self.path) = (socket, file)
    }

    private func answerAll() throws(LedgerError) -> Int32 {
        tell(.greeting(.init(program: LedgerVersion.text, pid: Int64(ThisProcess.id), path: path)))
        var (input, piece) = ([UInt8](), [UInt8](repeating: 0, count: WireFormat.longestMessage))
        while case .bytes(let count)? = try? socket.value.read(into: &piece) {
            input += piece[..<count]
            while let end = input.firstIndex(of: UInt8(ascii: "\n")) {
                try answer(Array(input[..<end]))
                input.removeSubrange(...end)
            }
            guard input.count < WireFormat.longestMessage else { break }
        }
        return 0
    }

    private func answer(_ line: [UInt8]) throws(LedgerError) {
        let question: LedgerQuestion
        do throws(WireError) {
            question = try line.span.withUnsafeBytes { bytes throws(WireError) in try LedgerQuestion.decode(bytes) }
        } catch {
            return tell(.refused(.init(.malformed, "\(error)")))
        }
        switch question {
        case .history, .slots, .events, .output:
            guard Following(question) == nil else {
                return tell(.refused(.init(.unsupported, "nothing comes to a ledger that is read from its file")))
            }
            answers.answer(question, showsTexts: true) { tell($0) }
        case .status: tell(try answers.status(of: path))
        case .check, .backup, .prune, .forget:
            tell(.refused(.init(.unsupported, "a ledger that is read from its file is only read")))
        }
    }

    /// Whoever asks reads the answer.
    private func tell(_ answer: LedgerAnswer) {
        var rest = answer.encoded()[...]
        while !rest.isEmpty, case .bytes(let count)? = try? socket.value.send(Array(rest)) {
            rest = rest.dropFirst(count)
        }
    }
}
