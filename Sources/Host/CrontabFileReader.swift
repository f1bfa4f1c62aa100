package import Clocks
import Crontabs
package import Kernel
package import Registry
import Synchronization

/// Reads for a registry the crontabs that its entries name.
package final class CrontabFileReader: Sendable {
    private let disk: TrustedFiles
    private let runsJobs: Bool
    private let newest = Mutex(WallInstant(nanoseconds: 0))

    /// `runsJobs`: what is read will run, so that no cron may do so too.
    package init(_ disk: TrustedFiles = TrustedFiles(.unasked), runsJobs: Bool) {
        (self.disk, self.runsJobs) = (disk, runsJobs)
    }

    package var source: CrontabFileSource {
        CrontabFileSource(host: { .machine }, refusesCron: runsJobs, read: { [self] in read($0, $1) })
    }

    /// When one of the files that were read so far was last written to.
    package var modified: WallInstant { newest.withLock { $0 } }

    private func read(
        _ request: CrontabFileSource.Request, _ host: CrontabHost
    ) -> Result<CrontabFileSource.Reading, CrontabFileSource.Failure> {
        do {
            var sources = try CrontabSources(
                isSystem: request.isSystem, owner: request.owner, host: host, disk: disk)
            // A lone - would be the standard input.
            try sources.add(request.path == "-" ? "./-" : request.path)
            newest.withLock { $0 = max($0, sources.modified) }
            let cron = try RunningCron.reader(of: CrontabSources.absolute(request.path))
            return .success(.init(files: sources.files, notes: sources.notes, cron: cron))
        } catch {
            return .failure(.init(description: "\(error)"))
        }
    }
}
