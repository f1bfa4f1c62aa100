internal import CLinux
internal import Glibc

/// A lock on a directory, which ends with the process that has it (flock(2)).
package struct DirectoryLock: ~Copyable {
    private let directory: Descriptor

    /// The right to the directory, which one process has at a time. `nil`: another has it, or a share in it. Fails with ENOENT if
    /// there is no such directory.
    package static func take(_ path: String) throws(SystemError) -> DirectoryLock? {
        let directory = try open(path)
        return try directory.lock(path) ? DirectoryLock(directory: directory) : nil
    }

    /// A share that excludes nobody who works in the directory, but keeps programs that tidy up from what is below it:
    /// they skip a directory on which somebody holds a lock (tmpfiles.d(5)).
    package static func share(_ path: String) throws(SystemError) -> DirectoryLock {
        let directory = try open(path)
        let raw = directory.raw
        try systemCall("flock", path) { clinux_lock_shared(raw) }
        return DirectoryLock(directory: directory)
    }

    private static func open(_ path: String) throws(SystemError) -> Descriptor {
        try Descriptor.open(path, flags: O_RDONLY | O_DIRECTORY)
    }

    /// Whether the path still leads to it: another process may have removed it before it was locked.
    package func isStill(at path: String) -> Bool {
        guard let held = try? FileSystem.identity(directory, path).identity,
            let found = try? FileSystem.status(path).identity
        else { return false }
        return held.key == found.key
    }
}
