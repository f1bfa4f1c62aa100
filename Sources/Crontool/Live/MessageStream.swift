import Clocks
import Kernel

/// A connection to a socket of a daemon or of its ledger, line by line.
final class MessageStream {
    private let socket: StreamSocket
    /// What has come and was not taken, from `start` on.
    private var bytes: [UInt8] = []
    private var start = 0
    /// An open file that came with a line.
    private(set) var file: StreamSocket.FileBox?
    /// They end a wait.
    var interrupts: Interrupts?
    /// Nothing is waited for after that.
    private let end: MonotonicInstant

    /// `nil`: nobody listens there.
    init?(
        in directory: String, named name: String, before end: MonotonicInstant = .distantFuture
    ) throws(DaemonFailure) {
        self.end = end
        do throws(SystemError) {
            socket = try StreamSocket(connectingTo: name, in: directory)
        } catch {
            if error.isUnanswered { return nil }
            if error.isUnaccepted { throw .silent }
            throw .system(error)
        }
    }

    /// The other end is another process's.
    init(_ socket: consuming StreamSocket) {
        self.socket = socket
        end = .distantFuture
    }

    /// A request is much shorter than what a socket takes that is empty.
    func send(_ message: [UInt8]) throws(DaemonFailure) {
        let transfer: Descriptor.Transfer
        do throws(SystemError) { transfer = try socket.send(message) } catch { throw .system(error) }
        if transfer != .bytes(message.count) { throw .gone }
    }

    /// `nil`: nothing more comes. `patience`: from piece to piece; `nil`: any time.
    func nextLine(within patience: Nanoseconds?) throws(DaemonFailure) -> [UInt8]? {
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
        do throws(SystemError) { return try socket.receive(into: &piece, file: &file) } catch { throw .system(error) }
    }

    /// Returns whether there is something to be read, or may be.
    private func wait(_ patience: Nanoseconds?) throws(DaemonFailure) -> Bool {
        var patience = patience
        if end < .distantFuture { patience = max(.zero, min(patience ?? .seconds(3_600), end - Clock.monotonic())) }
        var poll = Poll()
        poll.add(socket.pollHandle, for: .read)
        if let interrupts { poll.add(interrupts.pollHandle, for: .read) }
        do throws(SystemError) { try poll.wait(patience) } catch { throw .system(error) }
        if interrupts?.haveCome() ?? false { throw .interrupted("") }
        return patience == nil || poll.isReady(0)
    }
}
