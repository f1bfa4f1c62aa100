import Clocks
import Kernel
import Links
import Model
import Values

/// Where the daemon keeps what must outlive it for the next one: a directory for each registry, with a lock that makes this daemon
/// the only one of the registry, and a lock for each of its jobs.
package final class RuntimeDirectory {
    package let path: String
    /// The registry's, in hexadecimal digits: it stays the same as long as the registry lies where it does.
    package let key: String
    /// Tells the processes of this directory's daemons from all others on the machine, also from those of a container that has its
    /// registry at the same path.
    package let instance: String
    let locks: JobLocks
    private let lock: Box<FileLock>
    private let cleaningGuard: Box<DirectoryLock>?
    /// When all processes may be looked at again.
    var nextSweep = MonotonicInstant(nanoseconds: 0)

    /// How long the start waits for the end of what it has killed.
    private static let sweepPatience = Nanoseconds.seconds(1)
    /// From one look at all processes to the next: thousands of workers may end one by one.
    static let sweepInterval = Nanoseconds.milliseconds(500)

    /// Creates what is missing and takes the daemon's lock.
    package init(in directory: String, registry: String) throws(RuntimeFailure) {
        let (lock, lockPath): (Box<FileLock>?, String)
        do throws(SystemError) {
            let place = (try? FileSystem.realPath(registry)) ?? registry
            key = RegistryKey.of(place)
            path = "\(directory)/\(key)"
            lockPath = "\(path)/daemon.lock"
            try Self.create(directory)
            try FileSystem.createPrivateDirectory(path)
            let identity = try FileSystem.status(path).identity
            instance = "\(String(identity.device, radix: 16))-\(identity.inode)-\(key)"
            lock = try Self.lock(lockPath)
        } catch {
            throw .unusable(error)
        }
        guard let lock else { throw .busy(path: lockPath, holder: FileLock.note(in: lockPath)) }
        self.lock = lock
        cleaningGuard = try? Box(DirectoryLock.share(path))
        locks = JobLocks(in: path)
    }

    /// Those above it are not the daemon's own, and open to others.
    private static func create(_ directory: String) throws(SystemError) {
        if let slash = directory.lastIndex(of: "/"), slash != directory.startIndex {
            try FileSystem.createDirectories(String(directory[..<slash]))
        }
        if FileSystem.isDirectory(directory), directory != sharedPlace { return }
        try FileSystem.createPrivateDirectory(directory)
    }

    /// `nil`: somebody else has it.
    private static func lock(_ path: String) throws(SystemError) -> Box<FileLock>? {
        guard let file = try FileLock.take(path) else { return nil }
        try file.leave(note: "\(ThisProcess.id)")
        return Box(file)
    }

    // MARK: The place

    /// Where it is if the command line does not say so: what the service manager made (systemd.exec(5), RuntimeDirectory=), or the
    /// usual place of the system's or the user's, or one that is there everywhere.
    package static var usual: String {
        if let made = ThisProcess.environment("RUNTIME_DIRECTORY")?.split(separator: ":").first { return String(made) }
        if ThisProcess.userID == 0 { return "/run/cronsupd" }
        if let user = ThisProcess.environment("XDG_RUNTIME_DIR"), user.hasPrefix("/") { return "\(user)/cronsupd" }
        return sharedPlace
    }

    /// Where others could have been first.
    private static var sharedPlace: String { "/tmp/cronsupd-\(ThisProcess.userID)" }

    // MARK: Leftovers

    /// `NAME=value`, in the environment of each worker and of what it starts.
    package var mark: String { "\(ReservedVariables.instance)=\(instance)" }

    /// Looks which workers of a previous life are still at work, and ends everything else that is left of it. Returns how many
    /// processes that were. To be called before the first of the jobs is started.
    func clearPreviousLife(_ jobs: [EntryID]) throws(SystemError) -> Int {
        try locks.survey(jobs)
        return try sweep(patience: Self.sweepPatience)
    }

    /// Ends what is left of workers that are gone: it has this directory's mark, and descends neither from this daemon nor from
    /// a worker of a previous life that is still at work.
    func sweep(patience: Nanoseconds = .zero) throws(SystemError) -> Int {
        try ProcessSweep.kill(mark: mark, sparing: locks.holders, patience: patience)
    }
}
