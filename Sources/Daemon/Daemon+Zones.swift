import Clocks
import Host
import Logging
import Model
import Schedules
import Supervision

extension Daemon {
    func checkZones(at now: MonotonicInstant) {
        if pool.usesZones { zones.glance(at: now) }
        pool.usesZones = false
        guard now >= zones.deadline else { return }
        reloader.lendReserve()
        for (timezone, zone) in zones.changes(at: now) { apply(zone, to: timezone) }
    }

    /// As if the schedules of the zone's jobs had been changed: what is running ends by itself.
    private func apply(_ zone: Result<ZoneSource.Zone, ZoneSource.Failure>, to timezone: String?) {
        let name = timezone ?? "local"
        guard case .success(let zone) = zone else {
            if case .failure(let failure) = zone {
                let error: LogValue = "the zone \(failure.message)"
                log.write(.warning, "Zone change ignored", ["error": error, "zone": .text(name)])
            }
            return
        }
        var count = 0
        for (index, job) in desired.enumerated() where job.goesByZone && job.timezone == timezone {
            guard let successor = job.rescheduled(by: zone) else { continue }
            desired[index] = successor
            count += 1
            pool.stop(job.id, successor: successor)
        }
        guard count > 0 else { return }
        log.write(.notice, "Zone changed", ["count": .number(count), "zone": .text(name)])
    }
}
