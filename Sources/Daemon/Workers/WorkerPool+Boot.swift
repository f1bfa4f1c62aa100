import Kernel
import Model
import Schedules

extension WorkerPool {
    var bootRecord: any BootRecord { runtime.boot }

    /// Whether nothing of such a job is to come in this boot, nor is there a worker of a previous life to be looked after.
    func hasRunAtBoot(_ definition: JobDefinition) -> Bool {
        let schedule = definition.schedule
        return schedule.runsAtBoot && !schedule.runsAtStart && runtime.locks.holder(of: definition.id) == nil
    }

    func noteBootRun(_ job: Job) {
        job.awaitsBootRun = false
        do throws(SystemError) {
            try bootRecord.began(job.definition.id)
        } catch {
            incidents.bootRecordFailed(error)
        }
    }
}
