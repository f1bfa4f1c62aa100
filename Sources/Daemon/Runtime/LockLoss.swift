import Logging

/// What came of it that somebody has removed the file of a daemon's lock: another daemon could have the lock of a new one.
enum LockLoss {
    /// The file is there again, and this daemon has its lock.
    case restored(path: String)
    /// It could not be had, and goes on being tried.
    case lasting(path: String, RuntimeFailure)

    func report(to log: CronLog) {
        switch self {
        case .restored(let path):
            log.write(.warning, "Lock restored", ["path": .text(path), "text": "its file had been removed"])
        case .lasting(let path, let failure):
            log.write(.warning, "Lock lost", ["path": .text(path), "error": .text(failure.reason)])
        }
    }
}
