import Host
import Kernel
import Synchronization

/// The pauses in force, in the state directory: a machine that begins again in the middle of a maintenance goes on with it. Nobody waits
/// for the disk.
final class PauseFile: Sendable {
    private let place: String
    private let key: String
    private let trust: Trust
    private let work = Mutex(Work())

    private struct Work {
        /// What is to be in the file next; `nil`: what is there.
        var bytes: [UInt8]?
        var isGoing = false
        var trouble: SystemError?
    }

    private static let name = "pauses"

    init(in place: String, key: String, _ trust: Trust) { (self.place, self.key, self.trust) = (place, key, trust) }

    /// `nil`: there is none that could be read.
    func read() -> [UInt8]? {
        guard FileSystem.exists("\(place)/\(key)/\(Self.name)"),
            let directory = try? StateDirectory.open(place, key: key, trust)
        else { return nil }
        return (try? PrivateFile.contents(of: Self.name, in: directory, limit: PauseTable.longestFile)) ?? nil
    }

    /// On a thread of its own. Of several that come while it is busy the last one counts.
    func save(_ bytes: [UInt8]) {
        let mustStart = work.withLock { work in
            work.bytes = bytes
            defer { work.isGoing = true }
            return !work.isGoing
        }
        guard mustStart else { return }
        do throws(SystemError) {
            try BackgroundThread.start { self.writeAll() }
        } catch {
            let trouble = error
            work.withLock { ($0.isGoing, $0.trouble) = (false, trouble) }
        }
    }

    /// What stood in the way of saving it, once.
    func takeTrouble() -> SystemError? {
        work.withLock { work in
            defer { work.trouble = nil }
            return work.trouble
        }
    }

    private func writeAll() {
        while let bytes = takeBytes() {
            do throws(SystemError) {
                let directory = try StateDirectory.open(place, key: key, trust)
                try PrivateFile.replace(Self.name, in: directory, with: bytes, isLasting: true)
            } catch {
                let trouble = error
                work.withLock { $0.trouble = trouble }
            }
        }
    }

    private func takeBytes() -> [UInt8]? {
        work.withLock { work in
            defer { work.bytes = nil }
            if work.bytes == nil { work.isGoing = false }
            return work.bytes
        }
    }
}
