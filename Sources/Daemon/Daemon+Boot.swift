import Kernel
import Logging
import Model
import Schedules
import Values

extension Daemon {
    /// Where there is none.
    func reportRuntimeDirectory() {
        guard runtime.path == nil else { return }
        var fields: LogFields = [:]
        fields.add("error", runtime.missing.map { .text($0.reason) })
        fields.add(
            "text",
            "no lock against a second cronsupd or against workers that a killed one has left; @reboot at each start")
        log.write(.notice, "No runtime directory", fields)
    }

    /// Takes up the record of this boot, before the first job.
    func openBootRecord() {
        let jobs = desired.filter(\.schedule.runsAtBoot).map(\.id)
        do throws(SystemError) {
            let isNew = try runtime.boot.open(jobs)
            guard isNew, runtime.path != nil, !jobs.isEmpty, let age = BootIdentity.age(at: pool.now),
                age > Self.startOfBoot
            else { return }
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
