internal import Glibc

/// How much a file system still takes.
package enum DiskRoom {
    /// In bytes, for this user (statvfs(3)).
    package static func free(at path: String) throws(SystemError) -> Int64 {
        var status = statvfs()
        try systemCall("statvfs", path) { unsafe withPath(path) { unsafe statvfs($0, &status) } }
        return Int64(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
    }
}
