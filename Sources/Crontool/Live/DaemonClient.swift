package import Clocks
package import Wire

/// A connection to a daemon's control socket.
package final class DaemonClient {
    private let stream: MessageStream
    private let name: String
    /// Where its sockets are.
    private let directory: String
    /// What it has said of itself.
    package private(set) var greeting = ControlAnswer.Greeting()

    /// A daemon answers at once, unless it is stopped or its machine is overloaded.
    package static let patience = Nanoseconds.seconds(10)

    /// Waits for its greeting. `nil`: nobody listens there.
    init?(
        in directory: String, named name: String, before end: MonotonicInstant = .distantFuture,
        patience: Nanoseconds = patience
    ) throws(DaemonFailure) {
        guard let stream = try MessageStream(in: directory, named: name, before: end) else { return nil }
        (self.stream, self.directory, self.name) = (stream, directory, name)
        greeting = try welcome(within: patience)
    }

    /// The name of its directory, which is its registry's.
    var key: String { directory.split(separator: "/").last.map(String.init) ?? "" }

    /// The daemon that has taken its place, or the same.
    func again() throws(DaemonFailure) -> DaemonClient {
        guard let client = try DaemonClient(in: directory, named: name) else {
            throw .absent(registry: greeting.registry)
        }
        return client
    }

    /// As long as something is waited for, Ctrl-C ends the wait.
    func watch(_ interrupts: Interrupts) { stream.interrupts = interrupts }

    /// That of its ledger.
    package func ledger() throws(DaemonFailure) -> LedgerClient {
        guard let client = try LedgerClient(in: directory) else { throw .noLedger(registry: greeting.registry) }
        return client
    }

    private func welcome(within patience: Nanoseconds) throws(DaemonFailure) -> ControlAnswer.Greeting {
        switch try nextAnswer(within: patience) {
        case .greeting(let greeting)?: return greeting
        case .refused(let refused)?: throw .refused(refused)
        case nil, .some: throw .gone
        }
    }

    // MARK: Questions

    /// Calls `body` with what is answered before the end. `patience`: from answer to answer; `nil`: any time.
    @discardableResult
    package func ask(
        _ request: ControlRequest, within patience: Nanoseconds? = patience, _ body: (ControlAnswer) -> Void = { _ in }
    ) throws(DaemonFailure) -> ControlAnswer.Done {
        try stream.send(request.encoded())
        while let answer = try nextAnswer(within: patience) {
            switch answer {
            case .done(let done): return done
            case .refused(let refused): throw .refused(refused)
            case .pong: return ControlAnswer.Done()
            case .greeting, .job, .slot, .error, .started, .running, .ended, .pausing, .replaced, .daemon, .histogram,
                .measured:
                body(answer)
            }
        }
        throw .gone
    }

    /// Those of a newer daemon's that are not known are ignored. `nil`: nothing more comes.
    private func nextAnswer(within patience: Nanoseconds?) throws(DaemonFailure) -> ControlAnswer? {
        while let line = try stream.nextLine(within: patience) {
            do throws(WireError) {
                return try line.span.withUnsafeBytes { bytes throws(WireError) in try ControlAnswer.decode(bytes) }
            } catch {
                if case .unknownVerb = error { continue }
                throw .refused(.init(.malformed, "cronsupd answers what is no answer: \(error)"))
            }
        }
        return nil
    }
}
