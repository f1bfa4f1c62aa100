internal import CLinux
internal import Glibc

/// A lock on a directory that excludes nobody who works in it, but keeps programs that tidy up from what is below it: they pass
/// over a directory on which somebody holds a lock (tmpfiles.d(5)).
package struct DirectoryLock: ~Copyable {
    private let descriptor: Descriptor

    package init(_ path: String) throws(SystemError) {
        let directory = try Descriptor.open(path, flags: O_RDONLY | O_DIRECTORY)
        let raw = directory.raw
        try systemCall("flock", path) { clinux_lock_shared(raw) }
        descriptor = directory
    }
}
