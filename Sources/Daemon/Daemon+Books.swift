import Kernel
import Logging
import Model

extension Daemon {
    /// Takes up what a previous life has left of the jobs, before the first of them.
    func openBooks() {
        guard runtime.path != nil else { return }
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
}
