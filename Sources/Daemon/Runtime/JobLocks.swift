import Kernel
import Values
import Wire

/// The locks of a registry's jobs: a file each, whose lock the job's worker holds as long as it lives. Only the daemon that has the
/// directory's own lock takes, notes and removes them.
final class JobLocks {
    /// `nil`: there is none, and nothing outlives the daemon.
    private let directory: String?
    /// Workers that were still at work when this daemon began, and when `holders` was last asked for.
    private var previousWorkers: Set<ProcessIdentity> = []
    /// Those of them whose locks have lost their files. New files with the same names say whose they are, and are locked by nobody.
    private var detached: Set<ProcessIdentity> = []
    /// Jobs that are not in the registry, and whose worker was still at work when this daemon began.
    private(set) var withoutEntry: [EntryID] = []

    private static let suffix = ".lock"
    /// What the kernel appends to the path of a file that was removed (proc(5)).
    private static let removedMark = " (deleted)"
    /// A name in a directory may have 255 bytes.
    private static let longestName = 255

    init(in directory: String?) { self.directory = directory }

    /// Workers of a previous life that are still at work.
    var holders: Set<ProcessID> {
        previousWorkers = previousWorkers.filter(\.isAlive)
        return Set(previousWorkers.map(\.pid))
    }

    // MARK: One job

    /// `nil`: a worker of the job's still holds it.
    func take(_ id: EntryID) throws(SystemError) -> JobLock? {
        guard let path = path(id) else { return JobLock(try FileLock.ofNobodyElse()) }
        guard let file = try FileLock.take(path) else { return nil }
        return isDetached(id) ? nil : JobLock(file)
    }

    private func isDetached(_ id: EntryID) -> Bool {
        if detached.isEmpty { return false }
        return holder(of: id).map(detached.contains) ?? false
    }

    /// Who holds the job's lock, if that is known.
    func holder(of id: EntryID) -> ProcessIdentity? { path(id).flatMap(Self.holder) }

    /// Whether the worker before was one of a previous life and has ended since `holders` was last asked for. The lock must be taken.
    func hasJustBecomeFree(_ id: EntryID) -> Bool {
        guard !previousWorkers.isEmpty, let path = path(id), let note = FileLock.note(in: path) else { return false }
        return ProcessIdentity(note: note).map(previousWorkers.contains) ?? false
    }

    /// Removes the file of a job that is gone from the registry, unless a worker still holds its lock.
    func discard(_ id: EntryID) { if let path = path(id) { Self.removeIfFree(path) } }

    private func path(_ id: EntryID) -> String? { directory.map { "\($0)/\(Self.fileName(id))" } }

    /// An entry's ID has no character that a file name must not have. One that is too long ends with two hashes of the whole, and no
    /// other has a `~` in it.
    static func fileName(_ id: EntryID) -> String { stem(id) + suffix }

    /// The name without its end, for other files of the job.
    static func stem(_ id: EntryID) -> String {
        let name = id.description
        guard name.utf8.count + suffix.utf8.count > longestName else { return name }
        let bytes = Array(name.utf8)
        let hashes = [bytes, bytes.reversed()].map { "~" + String(StableHash.of($0), radix: 16) }.joined()
        return String(name.prefix(200)) + hashes
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
        guard let directory else { return }
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
        try find(holdersOf: nameless, in: directory)
    }

    private static func isFree(_ path: String) -> Bool { (try? FileLock.take(path)) != nil }

    /// All but the daemon's own have a colon in their name.
    private static func isJobLock(_ name: String) -> Bool { name.utf8.contains(UInt8(ascii: ":")) }

    /// A daemon that was killed between the start of a worker and its note has left no name. Of a file that somebody has removed
    /// there is nothing here. In both cases the worker is the one that has the file open, and leads its session: what it starts has
    /// it too for the moment between fork and exec.
    private func find(holdersOf paths: [String], in directory: String) throws(SystemError) {
        var files: [FileIdentity.Key: String] = [:]
        for path in paths { if let file = try? FileSystem.status(path).identity { files[file.key] = path } }
        let device = try FileSystem.status(directory).identity.device
        for pid in try ProcessTable.processes() {
            let descriptor = "/proc/\(pid)/fd/\(WireFormat.lockDescriptor)"
            // Most processes have none, or one of another file system.
            guard let file = try? FileSystem.status(descriptor).identity, file.device == device else { continue }
            let lost = files[file.key] == nil ? removedFile(descriptor, in: directory) : nil
            guard let path = lost ?? files[file.key], ProcessTable.row(pid)?.session == pid,
                let holder = ProcessIdentity(pid)
            else { continue }
            previousWorkers.insert(holder)
            if lost != nil { detached.insert(holder) }
            try? note(holder, in: path)
        }
    }

    /// In the place of a file that was removed comes a new one, which nobody has locked.
    private func note(_ holder: ProcessIdentity, in path: String) throws(SystemError) {
        if let new = try FileLock.take(path) {
            try new.leave(note: holder.note)
        } else {
            try FileLock.leave(note: holder.note, in: path)
        }
    }

    /// Where the file of a job's lock was that is open as this descriptor; `nil`: it is another file, or was not removed.
    private func removedFile(_ descriptor: String, in directory: String) -> String? {
        guard FileLock.isOfRemovedFile(descriptor), let target = try? FileSystem.linkTarget(descriptor),
            target.hasSuffix(Self.removedMark)
        else { return nil }
        let parts = target.dropLast(Self.removedMark.count).split(separator: "/").suffix(2)
        guard parts.count == 2, parts.first == directory.split(separator: "/").last, let name = parts.last,
            Self.isJobLock(String(name)), name.hasSuffix(Self.suffix)
        else { return nil }
        return "\(directory)/\(name)"
    }
}
