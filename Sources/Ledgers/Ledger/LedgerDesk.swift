import Clocks
import Kernel
import LedgerStore
import Links
import SQLiteStore
import Synchronization
import Wire

/// What the thread that writes and the one that answers know of each other.
final class LedgerDesk: Sendable {
    /// What the one that writes shows.
    struct Board: Sendable {
        /// How often a database was opened; 0: none yet.
        var opened = 0
        var tails = SharedTails()
        /// Why it is not written to; `nil`: it is.
        var trouble: String?
        /// In bytes, of the journal.
        var behind = 0
        var capacity = 0
        var jobs = 0
        /// Of rows.
        var runs = Int64(0)
        /// In bytes, of what is used and of the log ahead.
        var size = Int64(0)
        var log = Int64(0)
        /// The whole of the database should be looked at: whoever had it before has not left it in order.
        var wantsCheck = false
        var isOver = false
    }

    /// What the one that writes is asked for.
    enum Errand: Sendable {
        /// Something was found to be wrong.
        case damaged(String)
        /// The whole of the database was found to be in order.
        case checked
        /// Take what the journal has: somebody asks for what came just now.
        case takeAll(Reply)
        /// Remove what need not be kept, and say how many rows that was.
        case prune(Peer, Reply)
        /// Erase what runs have said; so many they were.
        case forget(LedgerQuestion.Forget, Peer, Reply)
    }

    /// A number that one thread waits for.
    final class Reply: Sendable {
        private let value = Mutex<Int?>(nil)

        func give(_ number: Int) { value.withLock { $0 = number } }

        /// `nil`: not within this time.
        func wait(for seconds: Int) -> Int? {
            for _ in 0..<(seconds * 500) {
                if let number = value.withLock({ $0 }) { return number }
                var poll = Poll()
                try? poll.wait(.milliseconds(2))
            }
            return nil
        }
    }

    private struct State {
        var board = Board()
        var errands: [Errand] = []
        /// Of a connection that reads the whole database.
        var longRead: Database.Interrupter?
        /// Somebody waits for what comes.
        var hasFollowers = false
    }

    private let state = Mutex(State())
    private let bell: WakeBell
    /// For those who follow what comes.
    private let news: WakeBell

    init() throws(SystemError) { (bell, news) = (try WakeBell(), try WakeBell()) }

    var board: Board { state.withLock { $0.board } }

    func change(_ body: (inout Board) -> Void) { state.withLock { body(&$0.board) } }

    func ask(_ errand: Errand) {
        state.withLock { $0.errands.append(errand) }
        bell.ring()
    }

    func takeErrands() -> [Errand] {
        bell.silence()
        return state.withLock { state in
            defer { state.errands = [] }
            return state.errands
        }
    }

    // MARK: Followers

    func set(hasFollowers: Bool) { state.withLock { $0.hasFollowers = hasFollowers } }

    /// Something was committed.
    func tellFollowers() { if state.withLock({ $0.hasFollowers }) { news.ring() } }

    func silenceNews() { news.silence() }

    func watchNews(_ poller: borrowing Poller, token: UInt64) throws(SystemError) {
        try news.watch(poller, token: token)
    }

    // MARK: Long reads

    func begin(_ longRead: Database.Interrupter) { state.withLock { $0.longRead = longRead } }

    /// To be called before its connection is closed.
    func endLongRead() { state.withLock { $0.longRead = nil } }

    /// Returns whether there was any.
    func interruptLongRead() -> Bool {
        state.withLock { state in
            defer { state.longRead = nil }
            state.longRead?.interrupt()
            return state.longRead != nil
        }
    }

    /// Rings when there are errands.
    func watch(_ poller: borrowing Poller) throws(SystemError) {
        try bell.watch(poller, token: LedgerSource.errands.packed)
    }
}
