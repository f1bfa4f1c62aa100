package import Clocks
import Kernel
package import Values
package import Wire

/// Follows what a ledger gets to know, also over an end of the ledger or of its daemon: it connects again.
package struct LedgerFollower {
    private let connect: () throws(DaemonFailure) -> LedgerClient
    /// How long it waits for a ledger that is gone; `nil`: for ever.
    private let patience: Nanoseconds?
    /// Is told once of each time that it is gone.
    private let complain: (String) -> Void

    private static let pause = Nanoseconds.milliseconds(300)

    package init(
        patience: Nanoseconds?, complain: @escaping (String) -> Void,
        _ connect: @escaping () throws(DaemonFailure) -> LedgerClient
    ) {
        (self.connect, self.patience, self.complain) = (connect, patience, complain)
    }

    // MARK: Events

    /// Those that follow the one with this number, until `body` returns `false`.
    package func events(
        _ client: LedgerClient, of entry: EntryID?, after number: Int64, _ body: (LedgerAnswer) -> Bool
    ) throws(DaemonFailure) {
        var question = LedgerQuestion.Events()
        (question.entry, question.after) = (entry, number)
        try follow(client) { (client: LedgerClient, _) throws(DaemonFailure) in
            try client.follow(.events(question)) { answer in
                if case .event(let event) = answer, let number = event.number { question.after = number }
                return body(answer)
            }
        }
    }

    // MARK: Output

    /// What a run writes, until it has ended.
    package func output(
        _ client: LedgerClient, of entry: EntryID, run: Int64, _ body: (LedgerAnswer) -> Bool
    ) throws(DaemonFailure) {
        var seen = Int64(0)
        try follow(client) { (client: LedgerClient, isSame: Bool) throws(DaemonFailure) in
            // A ledger that was started anew has the lines alone that have come since.
            if !isSame { seen = 0 }
            try client.follow(.output(.init(entry: entry, run: run, after: seen))) { answer in
                switch answer {
                case .line: seen += 1
                case .lost(let lost): seen += lost.lines ?? 0
                default: break
                }
                return body(answer)
            }
        }
    }

    // MARK: Connections

    /// `isSame`: it is the process that was asked before.
    private func follow(
        _ first: LedgerClient, _ ask: (LedgerClient, _ isSame: Bool) throws(DaemonFailure) -> Void
    ) throws(DaemonFailure) {
        var (client, isSame) = (first, true)
        while true {
            do throws(DaemonFailure) {
                return try ask(client, isSame)
            } catch {
                guard error.mayPass else { throw error }
                let pid = client.greeting.pid
                client = try again(after: error)
                isSame = client.greeting.pid == pid
            }
        }
    }

    private func again(after failure: DaemonFailure) throws(DaemonFailure) -> LedgerClient {
        complain("\(failure); it is waited for")
        let end = patience.map { Clock.monotonic() + $0 }
        while true {
            do throws(DaemonFailure) { return try connect() } catch {
                guard error.mayPass, end.map({ Clock.monotonic() < $0 }) ?? true else { throw error }
            }
            var poll = Poll()
            do throws(SystemError) { try poll.wait(Self.pause) } catch { throw .system(error) }
        }
    }
}

extension DaemonFailure {
    /// There may be one again.
    fileprivate var mayPass: Bool {
        switch self {
        case .absent, .noLedger, .silent, .gone: true
        case .refused(let refused): refused.code == .ledger
        case .system(let error): error.isBroken
        case .several, .hidden, .closed, .nothing, .unknownEnd, .timedOut, .interrupted: false
        }
    }
}
