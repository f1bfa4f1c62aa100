import Clocks
import Glibc
import Kernel
import Links
import Schedules
import TestSupport
import Testing

@testable import Daemon

@Suite("The zone files that jobs go by")
struct ZoneWatchTests {
    /// In a process of its own: the environment belongs to all of a process. UTC needs no file, and neither does the zone of
    /// this machine, whose link may be gone for a moment.
    @Test("change nothing while they are gone, also where there is a zone without them")
    func gone() async {
        await #expect(processExitsWith: .success) {
            let directory = try TemporaryDirectory()
            setenv("TZDIR", directory.path, 1)
            let file = "\(directory.path)/UTC"
            try Descriptor.create(file).writeAll(fixedZone(aheadBy: 7))
            let meta = "{type: cron.job, schedule: '* * * * *', timezone: UTC}"
            let watch = ZoneWatch(FileNews(try PollLoop()))
            var now = MonotonicInstant(nanoseconds: 1_000_000_000_000)
            let entry = "- {name: a, kind: function.swift, method: x, meta: \(meta)}"
            watch.follow(load("namespace: app\nentries:\n\(entry)\n").jobs, at: now)
            #expect(watch.deadline == now && isRead(watch.changes(at: now)) == true)
            for isThere in [false, true] {
                if isThere { try Descriptor.create(file).writeAll(fixedZone(aheadBy: 7)) } else { unlink(file) }
                now = now + .seconds(1)
                watch.wake(at: now)
                #expect(isRead(watch.changes(at: now)) == isThere)
            }
        }
    }
}

/// Whether the first change has rules; `nil`: there is none.
private func isRead(_ changes: [(timezone: String?, zone: Result<ZoneSource.Zone, ZoneSource.Failure>)]) -> Bool? {
    changes.first.map { if case .success = $0.zone { true } else { false } }
}
