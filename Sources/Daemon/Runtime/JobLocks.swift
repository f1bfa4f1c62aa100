import Kernel
import Values
import Wire

/// The locks of a registry's jobs: a file each, whose lock the job's worker holds as long as it lives. Only the daemon that has the
/// directory's own lock takes, notes and removes them.
final class JobLocks {
    private let directory: String
    /// Workers that were still at work when this daemon began, and when `holders` was last asked for.
    private var previousWorkers: Set<ProcessIdentity> = []
    /// Jobs that are not in the registry, and whose worker was still at work when this daemon began.
    private(set) var withoutEntry: [EntryID] = []

    private static let suffix = ".lock"
    /// A name in a directory may have 255 bytes.
    private static let longestName = 255

    init(in directory: String) { self.directory = directory }

    /// Workers of a previous life that are still at work.
    var holders: Set<ProcessID> {
        previousWorkers = previousWorkers.filter(\.isAlive)
        return Set(previousWorkers.map(\.pid))
    }

    // MARK: One job

    /// `nil`: a worker of the job's still holds it.
    func take(_ id: EntryID) throws(SystemError) -> JobLock? {
        guard let file = try FileLock.take(path(id)) else { return nil }
        return JobLock(file)
    }

    /// Who holds the job's lock, if that is known.
    func holder(of id: EntryID) -> ProcessIdentity? { Self.holder(path(id)) }

    /// Whether the worker before was one of a previous life and has ended since `holders` was last asked for. The lock must be taken.
    func hasJustBecomeFree(_ id: EntryID) -> Bool {
        guard !previousWorkers.isEmpty, let note = FileLock.note(in: path(id)) else { return false }
        return ProcessIdentity(note: note).map(previousWorkers.contains) ?? false
    }

    /// Removes the file of a job that is gone from the registry, unless a worker still holds its lock.
    func discard(_ id: EntryID) { Self.removeIfFree(path(id)) }

    private func path(_ id: EntryID) -> String { "\(directory)/\(Self.fileName(id))" }

    /// An entry's ID has no character that a file name must not have. One that is too long ends with two hashes of the whole, and no
    /// other has a `~` in it.
    static func fileName(_ id: EntryID) -> String {
        let name = id.description + suffix
        guard name.utf8.count > longestName else { return name }
        let bytes = Array(id.description.utf8)
        let hashes = [bytes, bytes.reversed()].map { "~" + String(StableHash.of($0), radix: 16) }.joined()
        return String(name.prefix(200)) + hashes + suffix
    }

    private static func holder(_ path: String) -> ProcessIdentity? {
        guard let holder = FileLock.note(in: path).flatMap({ ProcessIdentity(note: $0) }), holder.isAlive else {
            return nil
        }
        return holder
    }

    private static func removeIfFree(_ path: String) {
        guard let lock = try? FileLock.take(path) else { return }
        // As long as it is held here, no worker can have it.
        withExtendedLifetime(lock) { try? FileSystem.remove(path) }
    }

    // MARK: All of them

    /// Finds the workers of a previous life that are still at work. Removes the files of jobs that are not in the
    /// registry any more: the others stay, since on some file systems it costs more to make a thousand files than to
    /// start a thousand workers.
    func survey(_ jobs: [EntryID]) throws(SystemError) {
        let wanted = Set(jobs.map(Self.fileName))
        var nameless: [String] = []
        for name in try FileSystem.names(in: directory) where Self.isJobLock(name) {
            let path = "\(directory)/\(name)"
            if Self.isFree(path) {
                if !wanted.contains(name) { Self.removeIfFree(path) }
                continue
            }
            if let holder = Self.holder(path) { previousWorkers.insert(holder) } else { nameless.append(path) }
            // A name that was too long for a file does not tell.
            if !wanted.contains(name), let id = EntryID(String(name.dropLast(Self.suffix.count))) {
                withoutEntry.append(id)
            }
        }
        if !nameless.isEmpty { try find(holdersOf: nameless) }
    }

    private static func isFree(_ path: String) -> Bool { (try? FileLock.take(path)) != nil }

    /// All but the daemon's own have a colon in their name.
    private static func isJobLock(_ name: String) -> Bool { name.utf8.contains(UInt8(ascii: ":")) }

    /// A daemon that was killed between the start of a worker and its note has left no name: the worker is the one that has the file
    /// open, and leads its session: what it starts has it too for the moment between fork and exec.
    private func find(holdersOf paths: [String]) throws(SystemError) {
        var files: [FileIdentity.Key: String] = [:]
        for path in paths { if let file = try? FileSystem.status(path).identity { files[file.key] = path } }
        for pid in try ProcessTable.processes() {
            let file = try? FileSystem.status("/proc/\(pid)/fd/\(WireFormat.lockDescriptor)").identity
            guard let path = file.flatMap({ files[$0.key] }), ProcessTable.row(pid)?.session == pid,
                let holder = ProcessIdentity(pid)
            else { continue }
            previousWorkers.insert(holder)
            try? FileLock.leave(note: holder.note, in: path)
        }
    }
}
