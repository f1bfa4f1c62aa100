import Clocks
import Host
import Kernel
import Model
import Schedules
import Values

/// The zone files that the jobs go by: notices when one is another file than the one that was looked at last.
///
/// Where the kernel does not tell of changes, which its limit of watches or a file system may be the reason for, they are
/// found when a job is spawned or begins a run.
final class ZoneWatch {
    /// By the zone's name; `nil` is that of this machine. A file that is not there has no identity.
    private var seen: [String?: [FileIdentity?]] = [:]
    private let directories: DirectoryWatch?
    private var nextGlance = MonotonicInstant(nanoseconds: 0)
    /// When `changes` has something to do.
    private(set) var deadline = MonotonicInstant.distantFuture

    /// An update writes many files, and not all of them in one step.
    private static let quietTime = Nanoseconds.milliseconds(200)
    /// However many runs begin.
    private static let glanceInterval = Nanoseconds.seconds(1)

    init(_ directories: DirectoryWatch?) { self.directories = directories }

    /// To be called with each registry that comes into force: the files may have changed since they were read for it.
    func follow(_ jobs: [JobDefinition], at now: MonotonicInstant) {
        seen = [:]
        for job in jobs where job.goesByZone { seen[job.timezone] = [] }
        deadline = seen.isEmpty ? .distantFuture : now
    }

    /// The kernel has told of something.
    func wake(at now: MonotonicInstant) {
        if !seen.isEmpty { deadline = min(deadline, now + Self.quietTime) }
    }

    /// A job that goes by a zone was spawned or has begun a run.
    func glance(at now: MonotonicInstant) {
        guard now >= nextGlance else { return }
        nextGlance = now + Self.glanceInterval
        let zones = ZoneDirectory()
        if seen.contains(where: { Self.identities($0, zones) != $1 }) { wake(at: now) }
    }

    /// What the zones say whose files are not those that were looked at last.
    func changes(at now: MonotonicInstant) -> [(timezone: String?, zone: Result<ZoneSource.Zone, ZoneSource.Failure>)] {
        deadline = .distantFuture
        var changes: [(timezone: String?, zone: Result<ZoneSource.Zone, ZoneSource.Failure>)] = []
        // It reads each file once.
        let zones = ZoneDirectory()
        for timezone in Array(seen.keys) {
            watch(timezone, zones)
            let identities = Self.identities(timezone, zones)
            guard identities != seen[timezone] else { continue }
            // Without /etc/localtime the zone is UTC, and yet a link that is gone for a moment is no other rule.
            let isGone = zip(seen[timezone] ?? [], identities).contains { $0 != nil && $1 == nil }
            let zone = Result { () throws(ZoneSource.Failure) in
                if isGone { throw ZoneSource.Failure("has lost its file") }
                return try zones.source.zone(timezone)
            }
            if Self.identities(timezone, zones) == identities {
                seen[timezone] = identities
                changes.append((timezone, zone))
            } else {
                deadline = now + Self.quietTime
            }
        }
        return changes
    }

    /// The directories of the files, and of what they are links to. In front of a look: what changes behind it is told.
    private func watch(_ timezone: String?, _ zones: ZoneDirectory) {
        guard let directories else { return }
        for file in zones.files(of: timezone) {
            for path in [file, try? FileSystem.realPath(file)].compactMap(\.self) {
                guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { continue }
                try? directories.add(String(path[..<slash]))
            }
        }
    }

    private static func identities(_ timezone: String?, _ zones: ZoneDirectory) -> [FileIdentity?] {
        zones.files(of: timezone).map { try? FileSystem.status($0).identity }
    }
}

extension JobDefinition {
    var goesByZone: Bool { schedule.zone != nil }

    /// `nil`: the zone of this machine.
    var timezone: String? { meta["timezone"]?.string }

    /// The same work at the times that the zone's rules say now; `nil`: they say the same.
    func rescheduled(by zone: ZoneSource.Zone) -> JobDefinition? {
        var job = self
        job.schedule.rule = schedule.rule.inZone(zone.rules)
        job.schedule.zone = zone.name
        return job.schedule == schedule ? nil : job
    }
}
