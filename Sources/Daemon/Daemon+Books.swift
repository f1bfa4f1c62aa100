import Kernel
import Logging
import Model

extension Daemon {
    /// Takes up what a previous life has left of the jobs, before the first of them.
    func openBooks() {
        pool.pauseFile = pauseFile
        guard runtime.path != nil else { return pool.loadPauses() }
        do throws(SystemError) {
            pool.books = try runtime.openBooks()
            pool.counters.open(pool.books?.counters)
            pool.books?.forgetJobs(but: Set(desired.map(\.id)))
            pool.loadPauses()
        } catch {
            log.write(
                .notice, "Books unavailable",
                ["error": "\(error)", "text": "what runs when cronsupd is killed may have no outcome"])
        }
    }

    /// Where the ledger is, or the registry that was accepted last; `nil`: nothing is to outlive the boot.
    private var pauseFile: PauseFile? {
        guard let place = configuration.ledger?.place ?? configuration.stateDirectory else { return nil }
        return PauseFile(in: place, key: configuration.key, programs.trust)
    }
}
