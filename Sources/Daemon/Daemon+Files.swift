import Clocks
import Host
import Kernel
import Logging

/// Files that others change: those of zones, of the registry, of locks.
extension Daemon {
    func takeFileNews() {
        let now = pool.now
        let news = files.take(at: now)
        if news.isIncomplete || news.groups.contains(.zones) { zones.wake(at: now) }
        watch?.wake(news, at: now)
        locks.check()
        control?.restore()
    }

    /// When `checkFiles` has something to do.
    var filesDeadline: MonotonicInstant { min(files.deadline, watchDeadline) }

    /// What a reload finds out is not asked before it is over.
    private var watchDeadline: MonotonicInstant {
        guard reloader.isIdle, !isStarting, !isStopping else { return .distantFuture }
        return watch?.deadline ?? .distantFuture
    }

    func checkFiles(at now: MonotonicInstant) {
        if now >= files.deadline { files.goOn() }
        guard now >= watchDeadline else { return }
        reloader.lendReserve()
        guard let paths = watch?.look(at: now) else { return }
        let first = PathText.shown(paths.first ?? "")
        log.write(.info, "Registry changed", ["count": .number(paths.count), "path": .text(first)])
        reload(at: now)
    }
}
