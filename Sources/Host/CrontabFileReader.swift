package import Clocks
import Crontabs
package import Kernel
package import Registry
import Synchronization

/// Reads for a registry the crontabs that its entries name.
package final class CrontabFileReader: Sendable {
    private let disk: TrustedFiles
    private let runsJobs: Bool
    private let kept: AcceptedRegistry.Crontabs?
    private let newest = Mutex(WallInstant(nanoseconds: 0))
    private let found = Mutex(AcceptedRegistry.Crontabs())

    /// `runsJobs`: what is read will run, so that no cron may do so too. `kept`: what counts, whatever is in the files now.
    package init(
        _ disk: TrustedFiles = TrustedFiles(.unasked), runsJobs: Bool, kept: AcceptedRegistry.Crontabs? = nil
    ) {
        (self.disk, self.runsJobs, self.kept) = (disk, runsJobs, kept)
    }

    /// All that was read so far.
    package var readings: AcceptedRegistry.Crontabs { found.withLock { $0 } }

    package var source: CrontabFileSource {
        CrontabFileSource(host: { .machine }, refusesCron: runsJobs, read: { [self] in read($0, $1) })
    }

    /// When one of the files that were read so far was last written to.
    package var modified: WallInstant { newest.withLock { $0 } }

    private func read(
        _ request: CrontabFileSource.Request, _ host: CrontabHost
    ) -> Result<CrontabFileSource.Reading, CrontabFileSource.Failure> {
        do {
            if let reading = kept?[request] {
                return .success(
                    .init(files: reading.files, notes: reading.notes, cron: try Self.cron(of: request)))
            }
            var sources = try CrontabSources(
                isSystem: request.isSystem, owner: request.owner, host: host, disk: disk)
            // A lone - would be the standard input.
            try sources.add(request.path == "-" ? "./-" : request.path)
            newest.withLock { $0 = max($0, sources.modified) }
            let reading = CrontabFileSource.Reading(
                files: sources.files, notes: sources.notes, cron: try Self.cron(of: request))
            found.withLock { $0[request] = reading }
            return .success(reading)
        } catch {
            return .failure(.init(description: "\(error)"))
        }
    }

    private static func cron(of request: CrontabFileSource.Request) throws -> String? {
        try RunningCron.reader(of: CrontabSources.absolute(request.path))
    }
}
