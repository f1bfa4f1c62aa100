import Clocks
import Host
package import Kernel
import Model
import Values

/// Where the daemon keeps what must outlive it for the next one: a directory for each registry, with a lock that makes this daemon
/// the only one of the registry, and a lock for each of its jobs.
package final class RuntimeDirectory {
    /// `nil`: there is none, and nothing outlives the daemon.
    package let path: String?
    /// Why there is none, if nobody asked for that.
    let missing: RuntimeFailure?
    /// The registry's, in hexadecimal digits: it stays the same as long as the registry lies where it does.
    package let key: String
    /// Tells the processes of this directory's daemons from all others on the machine, also from those of a container that has its
    /// registry at the same path.
    package let instance: String
    let locks: JobLocks
    let boot: BootFile
    private let place: String
    private let trust: Trust
    private var lock: DaemonLock?
    private var isLossKnown = false
    /// Nothing tidies up what is in the directory as long as this is open.
    private var cleaningGuard: PrivateDirectory?
    /// When all processes may be looked at again.
    var nextSweep = MonotonicInstant(nanoseconds: 0)

    /// How long the start waits for the end of what it has killed.
    private static let sweepPatience = Nanoseconds.seconds(1)
    /// From one look at all processes to the next: thousands of workers may end one by one.
    static let sweepInterval = Nanoseconds.milliseconds(500)

    /// The place that says that there is to be none.
    package static let noPlace = RuntimePlace.none

    /// At this place, or none. `isNamed`: the place is no guess. The first process of a container can do without one: nothing
    /// of it is left when it ends.
    package static func open(
        in place: String, isNamed: Bool, key: String, trust: Trust = .unasked,
        isFirstProcess: Bool = ThisProcess.id == 1
    ) throws(RuntimeFailure) -> RuntimeDirectory {
        if place == noPlace { return RuntimeDirectory(key: key, missing: nil) }
        do throws(RuntimeFailure) {
            return try RuntimeDirectory(in: place, key: key, trust: trust)
        } catch {
            guard isFirstProcess, !isNamed, case .unusable(let cause) = error, !cause.isUntrusted else { throw error }
            return RuntimeDirectory(key: key, missing: error)
        }
    }

    private init(key: String, missing: RuntimeFailure?) {
        self.key = key
        (path, place, trust, self.missing) = (nil, Self.noPlace, .unasked, missing)
        locks = JobLocks(in: nil)
        boot = BootFile(in: nil, boot: "")
        let process = ProcessIdentity(ThisProcess.id).map { "\($0.pid)-\($0.began)" } ?? "\(ThisProcess.id)"
        instance = "\(process)-\(key)"
    }

    /// Creates what is missing and takes the daemon's lock.
    package init(in place: String, key: String, trust: Trust = .unasked) throws(RuntimeFailure) {
        self.key = key
        let path = "\(place)/\(key)"
        (self.path, self.place, self.trust, missing) = (path, place, trust, nil)
        lock = try Self.lock(path, in: place, trust)
        cleaningGuard = Self.cleaningGuard(path)
        locks = JobLocks(in: path)
        boot = BootFile(in: path, boot: (try? BootIdentity.current()) ?? "unknown")
        instance = try Self.instance(path, key, trust)
    }

    private static func lock(_ path: String, in place: String, _ trust: Trust) throws(RuntimeFailure) -> DaemonLock {
        try DaemonLock.take("daemon.lock") { () throws(SystemError) in
            try create(place, trust)
            return try PrivateDirectory.open(path)
        }
    }

    private static func cleaningGuard(_ path: String) -> PrivateDirectory? {
        guard let directory = try? PrivateDirectory.open(path) else { return nil }
        directory.keepFromCleaners()
        return directory
    }

    /// That of the directory's first life, if it was made anew under a daemon: what that one has started has it.
    private static func instance(_ path: String, _ key: String, _ trust: Trust) throws(RuntimeFailure) -> String {
        if let first = FileLock.note(in: instanceFile(path)), first.hasSuffix("-\(key)") { return first }
        do throws(SystemError) {
            let identity = try TrustedFiles(trust).status(path).identity
            return "\(String(identity.device, radix: 16))-\(identity.inode)-\(key)"
        } catch {
            throw .unusable(error)
        }
    }

    private static func instanceFile(_ path: String) -> String { "\(path)/instance" }

    /// Those above it are not the daemon's own, and open to others. Nothing is made in a place that is not trusted.
    private static func create(_ place: String, _ trust: Trust) throws(SystemError) {
        try TrustedFiles(trust).makeWay(to: place)
        if FileSystem.isDirectory(place), place != RuntimePlace.shared { return }
        _ = try PrivateDirectory.open(place)
    }

    /// The books of the jobs, in memory; those of this boot go on. To be called where there is a directory.
    func openBooks(id: UInt64? = nil) throws(SystemError) -> JobBooks? {
        guard let path else { return nil }
        return try JobBooks(in: path, instance: instance, boot: boot.boot, id: id)
    }

    /// Others may reach what is in it by its name. Where the service manager has made it, that is for it to say.
    func makePlaceReachable() throws(SystemError) {
        guard place != Self.noPlace, let directory = try? PrivateDirectory.open(place) else { return }
        try directory.setReachable(true)
    }

    // MARK: Restoring

    /// The daemon's own.
    var lockPath: String? { lock?.path }

    /// Makes the directory anew if somebody has removed it, with the daemon's lock. `nil`: it is there, or that it cannot be had is
    /// known. The locks that workers hold are found without their files (`JobLocks.survey`).
    func restore() -> LockLoss? {
        guard let path, let old = lock, !old.isStillThere else { return nil }
        do throws(RuntimeFailure) {
            let lock = try Self.lock(path, in: place, trust)
            self.lock = lock
            cleaningGuard = Self.cleaningGuard(path)
            if try Self.instance(path, key, trust) != instance { leaveInstance(path) }
            try? boot.write()
            isLossKnown = false
            return .restored(path: lock.path)
        } catch {
            defer { isLossKnown = true }
            return isLossKnown ? nil : .lasting(path: old.path, error)
        }
    }

    /// For the next daemon, in a directory that is another than the one whose name the workers have.
    private func leaveInstance(_ path: String) {
        guard let file = try? FileLock.take(Self.instanceFile(path)) else { return }
        try? file.leave(note: instance)
    }

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
