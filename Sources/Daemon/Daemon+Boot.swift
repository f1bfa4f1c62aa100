import Kernel
import Logging
import Model
import Schedules
import Values

extension Daemon {
    /// Takes up the record of this boot, before the first job.
    func openBootRecord() {
        let jobs = desired.filter(\.schedule.runsAtBoot).map(\.id)
        do throws(SystemError) {
            let isNew = try runtime.boot.open(jobs)
            guard isNew, !jobs.isEmpty, let age = BootIdentity.age(at: pool.now), age > Self.startOfBoot else { return }
            log.write(
                .notice, "Boot record missing",
                [
                    "count": .number(jobs.count), "boot": .delay(age),
                    "text": "jobs with @reboot run now; if they have run before, the runtime directory was removed",
                ])
        } catch {
            log.write(.warning, "Boot record failed", ["error": "\(error)"])
        }
    }
}
