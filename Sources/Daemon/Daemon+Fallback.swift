import Clocks
import Host
import Kernel
import Links
import Logging
import Registry

/// A registry that was refused at the start, and the one that is kept for the next start.
extension Daemon {
    func reportRefusal(_ refusal: Startup.Refusal?) {
        guard let refusal else { return }
        let moment = refusal.moment.text
        logErrors(refusal.errors)
        log.write(
            .error, "Registry refused",
            [
                "text": .text("running the one of \(moment)"), "count": .number(refusal.errors.count),
                "error": .text(refusal.errors.summary),
            ])
        refused = RefusedStart(moment: moment, trouble: refusal.errors.text, at: machine.now)
        manager.refused(because: refusal.errors.summary, runs: moment)
    }

    /// What is reported and what is tried waits for a reload that is under way.
    var refusedDeadline: MonotonicInstant {
        guard reloader.isIdle, !isStopping else { return .distantFuture }
        return refused?.deadline ?? .distantFuture
    }

    /// The errors may be gone although no file has changed: a user is there now, or a program.
    func retryRefused(at now: MonotonicInstant) {
        guard now >= refusedDeadline else { return }
        refused?.tries()
        reloader.request(at: now)
    }

    func saveRegistry() {
        do throws(SystemError) {
            try keeper?.save(at: machine.moment().wall)
        } catch {
            log.write(.warning, "Registry not saved", ["error": "\(error)"])
        }
    }
}

extension [Diagnostic] {
    /// All of them.
    var text: String { map { "\($0.location): \($0.message)" }.joined(separator: "\n") }
}
