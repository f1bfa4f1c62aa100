/// By which one thread wakes another that waits in a `Poller`.
package final class WakeBell: Sendable {
    private let ends: Pipe

    package init() throws(SystemError) { ends = try Pipe.open(nonblocking: .both) }

    /// A pipe that is full has rung already.
    package func ring() { _ = try? ends.writer.write([1]) }

    package func silence() {
        var bytes = [UInt8](repeating: 0, count: 64)
        while case .bytes? = try? ends.reader.read(into: &bytes, from: 0) {}
    }

    package func watch(_ poller: borrowing Poller, token: UInt64) throws(SystemError) {
        try poller.add(ends.reader, token: token, for: .read)
    }
}
