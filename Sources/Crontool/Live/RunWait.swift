package import Clocks
import Kernel
package import Values
package import Wire

/// The wait for the end of a run. A daemon that goes away is looked for again, and is asked for that run: a worker goes on with it, and
/// what it came to is in the books of the next daemon, or in its ledger.
package final class RunWait {
    private var client: DaemonClient
    private let entry: EntryID
    private let interrupts: Interrupts
    /// How long a daemon is looked for that has gone.
    private let patience: Nanoseconds
    /// When somebody has waited for long enough.
    private let end: MonotonicInstant
    package private(set) var result = RunResult()

    package static let patience = Nanoseconds.seconds(30)
    private static let interval = Nanoseconds.milliseconds(200)

    /// `limit`: how long it is waited for in all; `nil`: any time.
    package init(
        _ client: DaemonClient, _ entry: EntryID, patience: Nanoseconds = patience, limit: Nanoseconds? = nil
    ) throws(DaemonFailure) {
        do throws(SystemError) { interrupts = try Interrupts() } catch { throw .system(error) }
        (self.client, self.entry, self.patience) = (client, entry, patience)
        end = limit.map { Clock.monotonic() + $0 } ?? .distantFuture
        client.watch(interrupts)
    }

    /// Asks for a run, or for the end of one, and waits for it. Calls `body` with what is answered before. Returns what the request
    /// was done with, if the daemon has said so.
    @discardableResult
    package func ask(
        _ request: ControlRequest, _ body: (ControlAnswer) -> Void = { _ in }
    ) throws(DaemonFailure) -> ControlAnswer.Done {
        do throws(DaemonFailure) {
            return try wait(request, body)
        } catch {
            guard error.isOfOneLife, let run = result.goingRun else { throw result.failure(error) }
            return try look(for: run, error, body)
        }
    }

    private func wait(
        _ request: ControlRequest, _ body: (ControlAnswer) -> Void
    ) throws(DaemonFailure) -> ControlAnswer.Done {
        let rest = end == .distantFuture ? nil : max(.zero, end - Clock.monotonic())
        do throws(DaemonFailure) {
            return try client.ask(request, within: rest) { answer in
                result.take(answer)
                body(answer)
            }
        } catch {
            if case .silent = error, rest != nil { throw .timedOut }
            throw error
        }
    }

    /// What it wrote, as far as the ledger has that.
    package func lines() throws(DaemonFailure) -> KeptLines? {
        guard let run = result.endedRun else { return nil }
        let ledger = try client.ledger()
        let kept = try ledger.linesToEnd(of: entry, run: run)
        // That it is not to be kept is another thing than that there is nothing.
        return kept.lines.isEmpty ? try ledger.lines(of: entry, run: run) : kept
    }

    // MARK: Another life of the daemon's

    /// Each time that it goes it is looked for anew.
    private func look(
        for run: Int64, _ failure: DaemonFailure, _ body: (ControlAnswer) -> Void
    ) throws(DaemonFailure) -> ControlAnswer.Done {
        var (last, lostAt) = (failure, Clock.monotonic())
        while Clock.monotonic() < min(lostAt + patience, end) {
            if connect(&last) {
                do throws(DaemonFailure) {
                    return try wait(.wait(.init(entry: entry, run: run))) { answer in
                        if case .ended = answer { body(answer) }
                    }
                } catch {
                    last = error
                    if error.isIdle, isInLedger(run) { return ControlAnswer.Done() }
                    if error.isOfOneLife { lostAt = Clock.monotonic() }
                    guard error.isOfOneLife || error.isIdle else { throw result.failure(error) }
                }
            }
            try pause()
        }
        throw Clock.monotonic() < end ? result.failure(last) : .timedOut
    }

    private func connect(_ last: inout DaemonFailure) -> Bool {
        do throws(DaemonFailure) {
            client = try client.again()
            client.watch(interrupts)
            return true
        } catch {
            last = error
            return false
        }
    }

    private func pause() throws(DaemonFailure) {
        guard interrupts.come(within: Self.interval) else { return }
        throw result.failure(.interrupted(""))
    }

    /// What the next daemon has in no books: a run by hand that has ended before it, or a run of long ago.
    private func isInLedger(_ run: Int64) -> Bool {
        var question = LedgerQuestion.History()
        (question.entry, question.limit) = (entry, 100)
        _ = try? client.ledger().ask(.history(question)) { answer in
            if case .run(let row) = answer, row.number == run { result.take(row) }
        }
        return result.goingRun == nil
    }
}
