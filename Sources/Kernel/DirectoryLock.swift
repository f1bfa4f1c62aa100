internal import CLinux
internal import Glibc

/// A lock on a directory, which ends with the process that has it (flock(2)).
package struct DirectoryLock: ~Copyable {
    private let directory: Descriptor

    private init(_ directory: consuming Descriptor) { self.directory = directory }

    /// The right to the directory, which one process has at a time. `nil`: another has it, or a share in it. Fails with ENOENT if
    /// there is no such directory.
    package static func take(_ path: String) throws(SystemError) -> DirectoryLock? {
        let directory = try open(path)
        let raw = directory.raw
        do throws(SystemError) {
            try systemCall("flock", path) { clinux_lock(raw) }
        } catch {
            if error.code == EWOULDBLOCK { return nil }
            throw error
        }
        return DirectoryLock(directory)
    }

    /// A share that excludes nobody who works in the directory, but keeps programs that tidy up from what is below it:
    /// they skip a directory on which somebody holds a lock (tmpfiles.d(5)).
    package static func share(_ path: String) throws(SystemError) -> DirectoryLock {
        let directory = try open(path)
        let raw = directory.raw
        try systemCall("flock", path) { clinux_lock_shared(raw) }
        return DirectoryLock(directory)
    }

    private static func open(_ path: String) throws(SystemError) -> Descriptor {
        try Descriptor.open(path, flags: O_RDONLY | O_DIRECTORY)
    }

    /// Whether the path still leads to it: another process may have removed it before it was locked.
    package func isStill(at path: String) -> Bool {
        var (held, found) = (stat(), stat())
        guard unsafe fstat(directory.raw, &held) == 0 && fstatat(AT_FDCWD, path, &found, 0) == 0 else { return false }
        return held.st_dev == found.st_dev && held.st_ino == found.st_ino
    }
}
