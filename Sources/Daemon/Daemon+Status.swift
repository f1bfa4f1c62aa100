import Registry

/// What people read of the daemon in the service manager's status.
extension Daemon {
    var statusText: String {
        let (workers, jobs) = (pool.workerCount, pool.jobCount)
        return "\(workers) \(workers == 1 ? "worker" : "workers") for \(jobs) \(jobs == 1 ? "job" : "jobs")"
    }
}

extension [Diagnostic] {
    /// The first of them, and how many there are besides.
    var summary: String {
        guard let first else { return "" }
        let more = count > 1 ? " (and \(count - 1) more)" : ""
        return "\(first.location): \(first.message)\(more)"
    }
}
