import Kernel
import Synchronization

/// Threads that do what takes time.
final class Crew: Sendable {
    private let jobs = Mutex<[@Sendable () -> Void]>([])
    private let turnstile: Turnstile
    private let most: Int

    init(threads: Int, queued: Int) throws(SystemError) {
        turnstile = try Turnstile()
        most = queued
        for _ in 0..<threads { try BackgroundThread.start { self.work() } }
    }

    /// Returns `false` if too much waits.
    func take(_ job: @escaping @Sendable () -> Void) -> Bool {
        let isTaken = jobs.withLock { jobs in
            guard jobs.count < most else { return false }
            jobs.append(job)
            return true
        }
        if isTaken { turnstile.open() }
        return isTaken
    }

    private func work() {
        while turnstile.pass() {
            let job = jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            job?()
        }
    }
}
