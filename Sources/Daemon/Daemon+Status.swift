import Clocks
import Links
import Logging
import Registry

/// What people read of the daemon: its line in the service manager's status, and what became of a reload.
extension Daemon {
    var statusText: String {
        let (workers, jobs) = (pool.workerCount, pool.jobCount)
        return "\(workers) \(workers == 1 ? "worker" : "workers") for \(jobs) \(jobs == 1 ? "job" : "jobs")"
    }

    func fail(_ reason: String) {
        manager.reloaded(at: machine.moment().wall, failure: reason)
        log.write(.error, "Reload failed", ["error": .text(reason)])
    }

    func refuse(_ errors: [Diagnostic]) {
        for error in errors {
            log.write(.error, "Registry error", ["location": "\(error.location)", "error": .text(error.message)])
        }
        manager.reloaded(at: machine.moment().wall, failure: errors.summary)
        log.write(
            .error, "Reload failed",
            [
                "count": .number(errors.count),
                "error": "\(errors.count == 1 ? "an error" : "errors") in the registry; the one in force stays",
            ])
    }
}

extension [Diagnostic] {
    /// The first of them, and how many there are besides.
    fileprivate var summary: String {
        guard let first else { return "" }
        let more = count > 1 ? " (and \(count - 1) more)" : ""
        return "\(first.location): \(first.message)\(more)"
    }
}
