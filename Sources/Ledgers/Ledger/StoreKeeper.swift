import Clocks
import Kernel
import LedgerStore
import SQLiteStore
import Wire

/// Opens the database, and knows what to do when it fails.
///
/// | what fails                         | what is done                                                                  |
/// |------------------------------------|-------------------------------------------------------------------------------|
/// | no room, locked, anything else     | again after 1, 2, 4 … 30 s; the ballast is given up first                      |
/// | the disk                           | opened anew, and all that is not safe is written again; the third time in a row as the next |
/// | it is no database, or a broken one | set aside; a new one is begun                                                 |
/// | it was removed or replaced         | what is in its place is gone on with, and all that is not safe is written again |
/// | a later version, another program's | refused, and left as it is                                                    |
final class StoreKeeper {
    let path: String
    private let isShared: Bool
    private let link: LedgerLink
    private let desk: LedgerDesk
    private(set) var store: SQLiteStore?
    /// Which file it is.
    private var identity: FileIdentity.Key?
    /// What the one that was removed knew of the jobs.
    private var legacy: Legacy?
    /// Why there never will be one.
    private(set) var refusal: LedgerError?
    private(set) var retryAt = MonotonicInstant(nanoseconds: 0)
    private var pause = shortestPause
    private var trouble: Trouble?
    private var failing = 0

    /// Something goes wrong, since when; and how many records were written all the same.
    private struct Trouble {
        let since: MonotonicInstant
        var isSaid = false
        var written = 0
    }

    private var nextWord = MonotonicInstant(nanoseconds: 0)

    private static let (shortestPause, longestPause) = (Nanoseconds.seconds(1), Nanoseconds.seconds(30))
    private static let wordInterval = Nanoseconds.seconds(60)
    private static let mostFailures = 3

    init(_ path: String, isShared: Bool, _ link: LedgerLink, _ desk: LedgerDesk) {
        (self.path, self.isShared, self.link, self.desk) = (path, isShared, link, desk)
    }

    // MARK: Opening

    /// The one that is open, or is opened now. `directory`: where it is.
    func open(_ directory: borrowing LedgerDirectory) throws(LedgerError) -> SQLiteStore {
        if let store { return store }
        let tails = SharedTails()
        let made = try SQLiteStore(path, isShared: isShared, tails: tails)
        try made.set(owner: directory.owner)
        if let legacy { try made.inherit(legacy) }
        (store, identity, legacy) = (made, directory.identity, nil)
        desk.change { board in
            board.opened += 1
            (board.tails, board.jobs) = (tails, made.jobCount)
        }
        return made
    }

    func close() { store = nil }

    /// Before what is in the journal is given back: a database whose file was removed takes all that it is given.
    func requirePlace(_ directory: borrowing LedgerDirectory) throws(LedgerError) {
        guard store != nil else { return }
        let found = directory.identity
        guard found != identity || !directory.isStillThere else { return }
        let what = found == nil ? "it was removed" : found == identity ? "its lock was removed" : "it was replaced"
        throw LedgerError(.moved, what, path: path)
    }

    // MARK: Trouble

    /// What was wanted has failed. Returns whether all that is not safe is to be taken out of the journal again. `waiting`: records.
    func fail(
        _ error: LedgerError, _ directory: borrowing LedgerDirectory, waiting: Int, fill: Int, at now: Moment
    ) -> Bool {
        failing = error.kind == .failing ? failing + 1 : 0
        switch error.kind {
        case .damaged: return setAside(error, directory, at: now)
        case .failing where failing >= Self.mostFailures: return setAside(error, directory, at: now)
        case .newer: refuse(error)
        case .other where store == nil && error.code == 0: refuse(error)
        case .noRoom: if directory.giveBallast() { pause = .zero }
        case .failing: close()
        case .moved: return leave(error, at: now)
        case .locked, .away, .other: break
        }
        retryAt = now.monotonic + pause
        pause = min(max(Self.shortestPause, pause + pause), Self.longestPause)
        say(error, waiting: waiting, fill: fill, at: now.monotonic)
        return error.kind == .failing
    }

    private func refuse(_ error: LedgerError) {
        refusal = error
        link.log(.error, "Ledger refused", path: path, error: error.text)
    }

    private func setAside(
        _ error: LedgerError, _ directory: borrowing LedgerDirectory, at now: Moment
    ) -> Bool {
        close()
        failing = 0
        do throws(SystemError) {
            let name = try directory.setAside(at: now.wall)
            link.log(
                .error, "Ledger damaged", path: path, error: error.text,
                text: "set aside as \(name); history begins anew")
            retryAt = now.monotonic
        } catch {
            link.log(.error, "Ledger damaged", path: path, error: "\(error)")
            retryAt = now.monotonic + Self.longestPause
        }
        return true
    }

    private func leave(_ error: LedgerError, at now: Moment) -> Bool {
        link.log(
            .error, "Ledger moved", path: path, error: error.text,
            text: "what is there now is gone on with, or a new one is begun")
        legacy = store?.legacy() ?? legacy
        close()
        retryAt = now.monotonic
        return true
    }

    /// Once a minute.
    private func say(_ error: LedgerError, waiting: Int, fill: Int, at now: MonotonicInstant) {
        guard refusal == nil else { return }
        var trouble = self.trouble ?? Trouble(since: now)
        if now >= nextWord {
            nextWord = now + Self.wordInterval
            trouble.isSaid = true
            link.log(
                .error, "Ledger cannot write", path: path, error: text(error),
                text: "the journal is \(fill) % full", count: waiting)
        }
        self.trouble = trouble
        let text = text(error)
        desk.change { $0.trouble = text }
    }

    private func text(_ error: LedgerError) -> String {
        guard error.kind == .locked, let holder = LockHolder.other(of: [path, "\(path)-shm"]) else { return error.text }
        return "\(error.text) by pid \(holder)"
    }

    /// A batch was written.
    func note(written count: Int) { trouble?.written += count }

    /// All that was due is done.
    func succeed(at now: MonotonicInstant) {
        (pause, failing) = (Self.shortestPause, 0)
        guard let trouble else { return }
        self.trouble = nil
        desk.change { $0.trouble = nil }
        guard trouble.isSaid else { return }
        link.log(
            .notice, "Ledger writes again", path: path, text: "after \((now - trouble.since).count / 1_000_000_000) s",
            count: trouble.written)
    }
}
