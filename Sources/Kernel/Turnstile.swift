package import Clocks

/// At which threads wait: each `open` lets one of them pass, now or later.
package final class Turnstile: Sendable {
    private let ends: Pipe

    package init() throws(SystemError) { ends = try Pipe.open(nonblocking: .both) }

    /// Returns `false` if so many may pass already that there is no room to say it.
    @discardableResult
    package func open() -> Bool { (try? ends.writer.write([1])) == .bytes(1) }

    /// Returns `false` if the time is over. `patience` `nil`: it is never.
    package func pass(within patience: Nanoseconds? = nil) -> Bool {
        let end = patience.map { Clock.monotonic() + $0 } ?? .distantFuture
        var byte: [UInt8] = [0]
        while true {
            if case .bytes? = try? ends.reader.read(into: &byte, from: 0) { return true }
            let rest = end - Clock.monotonic()
            guard rest > .zero else { return false }
            var poll = Poll()
            poll.add(ends.reader.pollHandle, for: .read)
            try? poll.wait(patience == nil ? nil : rest)
        }
    }
}
