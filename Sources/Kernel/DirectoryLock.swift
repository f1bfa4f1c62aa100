internal import CLinux
internal import Glibc

/// A lock on a directory, which ends with the process that has it (flock(2)).
package struct DirectoryLock: ~Copyable {
    private let directory: Descriptor

    /// The right to the directory, which one process has at a time. `nil`: another has it. Fails with ENOENT if there is no such
    /// directory.
    package static func take(_ path: String) throws(SystemError) -> DirectoryLock? {
        let directory = try Descriptor.open(path, flags: O_RDONLY | O_DIRECTORY)
        return try directory.lock(path) ? DirectoryLock(directory: directory) : nil
    }

    /// Whether the path still leads to it: another process may have removed it before it was locked.
    package func isStill(at path: String) -> Bool { directory.isStill(at: path) }
}
