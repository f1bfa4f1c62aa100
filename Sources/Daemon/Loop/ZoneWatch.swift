import Clocks
import Host
import Kernel
import Links
import Model
import Schedules
import Values

/// The zone files that the jobs go by: notices when one is another file than the one that was looked at last.
///
/// Where the kernel does not tell of changes, which its limit of watches or a file system may be the reason for, they are
/// found when a job is spawned or begins a run.
final class ZoneWatch {
    typealias Change = (timezone: String?, zone: Result<ZoneSource.Zone, ZoneSource.Failure>)

    /// By the zone's name; `nil` is that of this machine. A file that is not there has no identity.
    private var seen: [String?: [FileIdentity?]] = [:]
    /// That they are to be looked at again later has been told.
    private var unknown: Set<String?> = []
    private let news: FileNews
    /// Where the zones are; `nil`: in the machine's directory.
    private let path: String?
    private var nextGlance = MonotonicInstant(nanoseconds: 0)
    /// When `changes` has something to do.
    private(set) var deadline = MonotonicInstant.distantFuture

    /// An update writes many files, and not all of them in one step.
    private static let quietTime = Nanoseconds.milliseconds(200)
    /// However many runs begin.
    private static let glanceInterval = Nanoseconds.seconds(1)
    /// After a look that has failed for a reason that may pass.
    private static let retryInterval = Nanoseconds.seconds(10)

    init(_ news: FileNews, path: String? = nil) { (self.news, self.path) = (news, path) }

    /// To be called with each registry that comes into force: the files may have changed since they were read for it.
    func follow(_ jobs: [JobDefinition], at now: MonotonicInstant) {
        (seen, unknown) = ([:], [])
        for job in jobs where job.goesByZone { seen[job.timezone] = [] }
        deadline = now
    }

    /// The kernel has told of something.
    func wake(at now: MonotonicInstant) { deadline = min(deadline, now + Self.quietTime) }

    /// A job that goes by a zone was spawned or has begun a run.
    func glance(at now: MonotonicInstant) {
        guard now >= nextGlance else { return }
        nextGlance = now + Self.glanceInterval
        let zones = ZoneDirectory(path)
        if seen.contains(where: { Self.identities($0, zones) != $1 }) { wake(at: now) }
    }

    /// What the zones say whose files are not those that were looked at last.
    func changes(at now: MonotonicInstant) -> [Change] {
        deadline = .distantFuture
        // It reads each file once.
        let zones = ZoneDirectory(path)
        // Before the look: what changes after it is told.
        news.directories?.watch(seen.keys.flatMap(zones.files(of:)), for: .zones)
        return Array(seen.keys).compactMap { change(of: $0, zones, at: now) }
    }

    private func change(of timezone: String?, _ zones: ZoneDirectory, at now: MonotonicInstant) -> Change? {
        let identities = Self.identities(timezone, zones)
        guard identities != seen[timezone] else { return nil }
        // Without /etc/localtime the zone is UTC, and yet a link that is gone for a moment is no other rule.
        let isGone = zip(seen[timezone] ?? [], identities ?? []).contains { $0 != nil && $1 == nil }
        let zone = Result { () throws(ZoneSource.Failure) in
            if isGone { throw ZoneSource.Failure("has lost its file") }
            return try zones.source.zone(timezone)
        }
        if case .failure(let failure) = zone, failure.mayPass {
            deadline = min(deadline, now + Self.retryInterval)
            return unknown.insert(timezone).inserted ? (timezone, zone) : nil
        }
        guard let identities, Self.identities(timezone, zones) == identities else {
            deadline = min(deadline, now + (identities == nil ? Self.retryInterval : Self.quietTime))
            return nil
        }
        seen[timezone] = identities
        unknown.remove(timezone)
        return (timezone, zone)
    }

    /// `nil`: that cannot be known now.
    private static func identities(_ timezone: String?, _ zones: ZoneDirectory) -> [FileIdentity?]? {
        try? zones.files(of: timezone).map { file in
            do {
                return try FileSystem.status(file).identity
            } catch let error as SystemError where !error.mayPass {
                return nil
            }
        }
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
