package import Clocks
import Kernel
package import Wire

/// A connection to a daemon's control socket.
package final class DaemonClient {
    private let socket: StreamSocket
    /// What has come and was not taken, from `start` on.
    private var bytes: [UInt8] = []
    private var start = 0
    /// What it has said of itself.
    package private(set) var greeting = ControlAnswer.Greeting()

    /// A daemon answers at once, unless it is stopped or its machine is overloaded.
    package static let patience = Nanoseconds.seconds(10)

    /// Waits for its greeting. `nil`: nobody listens there.
    init?(in directory: String, named name: String) throws(DaemonFailure) {
        do throws(SystemError) {
            socket = try StreamSocket(connectingTo: name, in: directory)
        } catch {
            if error.isUnanswered { return nil }
            if error.isUnaccepted { throw .silent }
            throw .system(error)
        }
        greeting = try welcome()
    }

    private func welcome() throws(DaemonFailure) -> ControlAnswer.Greeting {
        switch try nextAnswer(within: Self.patience) {
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
        try send(request.encoded())
        while let answer = try nextAnswer(within: patience) {
            switch answer {
            case .done(let done): return done
            case .refused(let refused): throw .refused(refused)
            case .pong: return ControlAnswer.Done()
            case .greeting, .job, .error, .started, .running, .ended: body(answer)
            }
        }
        throw .gone
    }

    /// A request is much shorter than what a socket takes that is empty.
    private func send(_ message: [UInt8]) throws(DaemonFailure) {
        let transfer: Descriptor.Transfer
        do throws(SystemError) { transfer = try socket.send(message) } catch { throw .system(error) }
        if transfer != .bytes(message.count) { throw .gone }
    }

    /// Those of a newer daemon's that are not known are ignored. `nil`: nothing more comes.
    private func nextAnswer(within patience: Nanoseconds?) throws(DaemonFailure) -> ControlAnswer? {
        while let line = try nextLine(within: patience) {
            do throws(WireError) {
                return try line.span.withUnsafeBytes { bytes throws(WireError) in try ControlAnswer.decode(bytes) }
            } catch {
                if case .unknownVerb = error { continue }
                throw .refused(.init(.malformed, "cronsupd answers what is no answer: \(error)"))
            }
        }
        return nil
    }

    private func nextLine(within patience: Nanoseconds?) throws(DaemonFailure) -> [UInt8]? {
        while true {
            if let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { start = end + 1 }
                return Array(bytes[start..<end])
            }
            guard try receive(within: patience) else { return nil }
        }
    }

    private static let portion = 64 * 1_024

    /// Returns whether something has come.
    private func receive(within patience: Nanoseconds?) throws(DaemonFailure) -> Bool {
        bytes.removeSubrange(..<start)
        start = 0
        var piece = [UInt8](repeating: 0, count: Self.portion)
        while true {
            switch try read(into: &piece) {
            case .bytes(let count):
                bytes += piece[..<count]
                return true
            case .closed: return false
            case .wouldBlock: if try !wait(patience) { throw .silent }
            }
        }
    }

    private func read(into piece: inout [UInt8]) throws(DaemonFailure) -> Descriptor.Transfer {
        do throws(SystemError) { return try socket.read(into: &piece) } catch { throw .system(error) }
    }

    /// Returns whether there is something to be read, or may be.
    private func wait(_ patience: Nanoseconds?) throws(DaemonFailure) -> Bool {
        var poll = Poll()
        poll.add(socket.pollHandle, for: .read)
        do throws(SystemError) { try poll.wait(patience) } catch { throw .system(error) }
        return patience == nil || poll.isReady(0)
    }
}
