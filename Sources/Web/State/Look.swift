package import Clocks
import Crontool
import Kernel
import Values
import Wire

/// How long others are waited for: less than people wait for a page.
package enum Patience {
    package static let daemon = Nanoseconds.milliseconds(1_500)
    static let ledger = Nanoseconds.seconds(5)
}

/// A look at a daemon and its ledger, over one connection to each as long as they last.
final class Look {
    private let site: DaemonSite
    private var daemon: DaemonClient?
    private var ledger: LedgerClient?
    /// Whose history is to be looked at.
    private var stale: [JobStatus] = []

    /// In one go, before those who wait hear of it.
    private static let portion = 32
    /// More rows than cells: attempts have none of their own.
    private static let rows = Int64(2 * Strip.length)

    typealias Change = (inout Board) -> Void

    init(_ site: DaemonSite) { self.site = site }

    /// Asks how the jobs stand, and looks at the history of the first ones.
    func begin(_ apply: (Change) -> Void) {
        do throws(DaemonFailure) {
            try askStatus(apply)
        } catch {
            daemon = nil
            guard case .silent = error else { return again(apply) }
            return fail(error, apply)
        }
        _ = goOn(apply)
    }

    /// It may have been started anew.
    private func again(_ apply: (Change) -> Void) {
        do throws(DaemonFailure) { try askStatus(apply) } catch { return fail(error, apply) }
        _ = goOn(apply)
    }

    private func fail(_ failure: DaemonFailure, _ apply: (Change) -> Void) {
        (daemon, ledger) = (nil, nil)
        let why = failure.description
        apply { $0.fault = why }
    }

    private func askStatus(_ apply: (Change) -> Void) throws(DaemonFailure) {
        let client: DaemonClient
        if let daemon { client = daemon } else { client = try site.connect() }
        daemon = nil
        var jobs: [JobStatus] = []
        let done = try client.ask(.status(entry: nil), within: Patience.daemon) { answer in
            if case .job(let job) = answer { jobs.append(job) }
        }
        daemon = client
        let (now, greeting) = (Clock.wall(), client.greeting)
        var found: [JobStatus] = []
        apply { board in
            if board.greeting?.pid != greeting.pid { board.greeting = greeting }
            found = board.take(jobs, disabled: done.disabled ?? 0, at: now)
        }
        let known = Set(found.map(\.entry))
        stale = found + stale.filter { !known.contains($0.entry) }
    }

    // MARK: History

    /// Looks at the history of some more. Returns whether there are more.
    func goOn(_ apply: (Change) -> Void) -> Bool {
        guard !stale.isEmpty else { return false }
        let portion = Array(stale.prefix(Self.portion))
        stale.removeFirst(portion.count)
        do throws(DaemonFailure) {
            let ledger = try openLedger()
            for job in portion { try read(job.entry, ledger, apply) }
            apply { $0.ledgerFault = nil }
        } catch {
            ledger = nil
            let why = error.description
            apply { board in
                board.ledgerFault = why
                for job in portion { board.takeLast(of: job.entry) }
            }
        }
        return !stale.isEmpty
    }

    private func openLedger() throws(DaemonFailure) -> LedgerClient {
        if let ledger { return ledger }
        guard let daemon else { throw .gone }
        let client = try daemon.ledger()
        ledger = client
        return client
    }

    private func read(_ entry: EntryID, _ ledger: LedgerClient, _ apply: (Change) -> Void) throws(DaemonFailure) {
        var question = LedgerQuestion.History()
        (question.entry, question.limit) = (entry, Self.rows)
        var rows: [LedgerAnswer] = []
        do throws(DaemonFailure) {
            try ledger.ask(.history(question), within: Patience.ledger) { rows.append($0) }
        } catch {
            // It has never heard of the job.
            guard case .refused(let refused) = error, refused.code == .unknown else { throw error }
        }
        let strip = Strip(rows)
        apply { $0.take(strip, of: entry) }
    }
}
