import Kernel

/// A job's lock in the daemon's hands, for the time in which it starts a worker. The worker is given it, and the daemon lets go.
final class JobLock {
    let file: FileLock

    init(_ file: consuming FileLock) { self.file = file }

    /// For people, and for a daemon that finds the lock held. It is held without the note as well.
    func note(_ pid: ProcessID) {
        if let worker = ProcessIdentity(pid) { try? file.leave(note: worker.note) }
    }
}
