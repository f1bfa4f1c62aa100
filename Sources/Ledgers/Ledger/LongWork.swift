import Clocks
import Kernel
import LedgerStore
import Links
import SQLiteStore
import Synchronization
import Values
import Wire

/// What would hold up those who ask: a look through the whole database, a copy of it, a removal. One at a time, on a thread of
/// its own.
final class LongWork: Sendable {
    /// A copy, which has no name any more.
    final class File: @unchecked Sendable {
        let descriptor: Descriptor
        let size: Int64
        let runs: Int64

        init(_ descriptor: consuming Descriptor, size: Int64, runs: Int64) {
            self.descriptor = descriptor
            (self.size, self.runs) = (size, runs)
        }
    }

    struct Result: Sendable {
        let client: Source
        var answers: [LedgerAnswer] = []
        var file: File?
    }

    private struct State {
        var isBusy = false
        var results: [Result] = []
    }

    private let path: String
    private let desk: LedgerDesk
    private let state = Mutex(State())
    private let bell: WakeBell

    /// A removal may have much to do.
    private static let pruningSeconds = 60

    init(_ path: String, _ desk: LedgerDesk) throws(SystemError) {
        (self.path, self.desk) = (path, desk)
        bell = try WakeBell()
    }

    func watch(_ poller: borrowing Poller, token: UInt64) throws(SystemError) {
        try bell.watch(poller, token: token)
    }

    func takeResults() -> [Result] {
        bell.silence()
        return state.withLock { state in
            defer { state.results = [] }
            return state.results
        }
    }

    func begin(_ question: LedgerQuestion, for client: Source, _ peer: Peer) {
        let isFree = state.withLock { state in
            defer { state.isBusy = true }
            return !state.isBusy
        }
        guard isFree else { return finish(Self.refused(client, .busy, "another such question is being answered")) }
        do throws(SystemError) {
            try BackgroundThread.start {
                let result = self.answer(question, client, peer)
                self.state.withLock { $0.isBusy = false }
                self.finish(result)
            }
        } catch {
            state.withLock { $0.isBusy = false }
            finish(Self.refused(client, .limit, "\(error)"))
        }
    }

    private func finish(_ result: Result) {
        state.withLock { $0.results.append(result) }
        bell.ring()
    }

    private static func refused(_ client: Source, _ code: ControlAnswer.Refused.Code, _ error: String) -> Result {
        Result(client: client, answers: [.refused(.init(code, error))])
    }

    private func answer(_ question: LedgerQuestion, _ client: Source, _ peer: Peer) -> Result {
        switch question {
        case .prune: return change(client) { .prune(peer, $0) }
        case .forget(let forget): return change(client) { .forget(forget, peer, $0) }
        case .backup: return backup(client)
        default: return check(client)
        }
    }

    /// By the one that writes, who replies with the number of rows.
    private func change(_ client: Source, _ errand: (LedgerDesk.Reply) -> LedgerDesk.Errand) -> Result {
        let reply = LedgerDesk.Reply()
        desk.ask(errand(reply))
        guard let count = reply.wait(for: Self.pruningSeconds) else {
            return Self.refused(client, .ledger, desk.board.trouble ?? "the ledger is busy")
        }
        return Result(client: client, answers: [.done(.init(count: count))])
    }

    // MARK: The whole database

    private func check(_ client: Source) -> Result {
        do throws(LedgerError) {
            let copy = try SQLiteCopy(path)
            desk.begin(copy.interrupter)
            defer { desk.endLongRead() }
            let faults = try copy.faults()
            if let first = faults.first { desk.ask(.damaged(first)) } else { desk.ask(.checked) }
            let answers = faults.map { LedgerAnswer.fault(text: $0) }
            return Result(client: client, answers: answers + [.done(.init(count: faults.count))])
        } catch {
            if error.kind == .damaged { desk.ask(.damaged(error.text)) }
            return Self.refused(client, .ledger, error.text)
        }
    }

    /// After an end that was none.
    func checkQuietly() {
        let nobody = Source(kind: 0)
        try? BackgroundThread.start { _ = self.check(nobody) }
    }

    private func backup(_ client: Source) -> Result {
        let name = "\(path).backup-\(ThisProcess.id)"
        defer { try? FileSystem.remove(name) }
        try? FileSystem.remove(name)
        do {
            let size = try FileSystem.status(path).identity.size
            guard try DiskRoom.free(at: path) > size + size / 8 else {
                return Self.refused(client, .ledger, "there is no room for a copy of \(size) bytes beside it")
            }
            let copy = try SQLiteCopy(path)
            desk.begin(copy.interrupter)
            defer { desk.endLongRead() }
            try copy.write(to: name)
            let file = try Descriptor.open(reading: name)
            let copied = try FileSystem.status(name).identity.size
            let runs = try SQLiteReader(unkept: name, isKept: false).extent().runs
            return Result(client: client, file: File(file, size: copied, runs: runs))
        } catch let error as LedgerError {
            return Self.refused(client, .ledger, error.text)
        } catch {
            return Self.refused(client, .ledger, "\(error)")
        }
    }
}
