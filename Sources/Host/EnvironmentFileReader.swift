package import Clocks
package import Kernel
package import Model
import Synchronization

/// Reads environment files from the disk.
package final class EnvironmentFileReader: Sendable {
    private let disk: TrustedFiles
    private let newest = Mutex(WallInstant(nanoseconds: 0))

    private static let mostTries = 10

    package init(_ disk: TrustedFiles = TrustedFiles(.unasked)) { self.disk = disk }

    package var source: EnvironmentFileSource { EnvironmentFileSource { [self] in read($0) } }

    /// When one of the files that were read so far was last written to.
    package var modified: WallInstant { newest.withLock { $0 } }

    private func read(_ path: String) -> EnvironmentFileSource.Reading {
        do throws(SystemError) {
            for _ in 0..<Self.mostTries {
                guard
                    let (bytes, identity) = try disk.contents(of: path, limit: EnvironmentFileSource.largestFile)
                else { continue }
                newest.withLock { $0 = max($0, identity.modified) }
                return .bytes(bytes)
            }
            return .unreadable("'\(path)' changes faster than it can be read")
        } catch {
            return error.isNotFound ? .missing("\(error)") : .unreadable("\(error)")
        }
    }
}
