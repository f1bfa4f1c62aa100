package import Clocks
import Kernel
import Values
import Wire

/// The IDs of a daemon's jobs, for whoever cannot wait.
package enum RunningJobs {
    /// A word is being completed, and somebody looks at the screen.
    package static let patience = Nanoseconds.milliseconds(200)

    package static func names(_ daemon: NamedDaemon) -> [String] {
        names(
            DaemonSite(
                registry: daemon.registry, key: daemon.key, place: daemon.place,
                usual: CompletionSources.usualRegistry), within: patience)
    }

    /// None where there is no daemon, or it does not answer in time.
    package static func names(_ site: DaemonSite, within patience: Nanoseconds) -> [String] {
        var names: [String] = []
        do throws(DaemonFailure) {
            let client = try site.connect(before: Clock.monotonic() + patience)
            try client.ask(.status(entry: nil)) { answer in
                if case .job(let job) = answer { names.append(job.entry.description) }
            }
            return names.sorted()
        } catch {
            return []
        }
    }
}
