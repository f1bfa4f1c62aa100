import Clocks
import Kernel
import Links

/// The log's reader, who need not keep up.
extension Daemon {
    private static let logRetryInterval = Nanoseconds.milliseconds(100)

    /// Waits for the log's reader while lines are kept back for it.
    func serveLog(at now: MonotonicInstant) {
        if now >= logRetry { log.sink.flush() }
        let isBacklogged = log.sink.isBacklogged
        if isBacklogged { countLog() }
        if isBacklogged, !isLogWatched {
            isLogWatched = (try? log.sink.register(with: loop.poller, token: EventToken.log.packed)) ?? false
        } else if !isBacklogged, isLogWatched {
            log.sink.unregister(from: loop.poller)
            isLogWatched = false
        }
        logRetry = isBacklogged && !isLogWatched ? now + Self.logRetryInterval : .distantFuture
    }

    /// What is still kept back has one more second.
    func flushLog() throws(SystemError) {
        let end = machine.now + .seconds(1)
        while log.sink.isBacklogged, machine.now < end {
            serveLog(at: machine.now)
            try loop.turn(until: min(end, logRetry)) { _ in }
            log.sink.flush()
        }
        if let loss = log.sink.finish(patience: max(end - machine.now, .zero)) {
            StandardDescriptors.tryToWriteError("cronsupd: \(loss)\n")
        }
    }
}
