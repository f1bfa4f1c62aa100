internal import CLinux
internal import Glibc

extension FileSystem {
    /// Creates a directory that nobody but this process's user can look into. One that is there already must be a directory of
    /// this user's in which nobody else can write: in a place such as /tmp anybody may have been first.
    package static func createPrivateDirectory(_ path: String) throws(SystemError) {
        do throws(SystemError) {
            try systemCall("mkdir", path) { unsafe mkdir(path, 0o700) }
        } catch {
            guard error.code == EEXIST else { throw error }
            try requirePrivate(path)
        }
    }

    private static func requirePrivate(_ path: String) throws(SystemError) {
        var status = stat()
        try systemCall("lstat", path) { unsafe fstatat(AT_FDCWD, path, &status, AT_SYMLINK_NOFOLLOW) }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw SystemError("mkdir", path, code: ENOTDIR, note: "it is there and is no directory")
        }
        guard status.st_uid == geteuid(), status.st_mode & 0o022 == 0 else {
            throw SystemError(
                "mkdir", path, code: EPERM,
                note: "there is one of user \(status.st_uid) with mode \(String(status.st_mode & 0o7777, radix: 8)); "
                    + "expected one of user \(geteuid()) in which nobody else can write")
        }
    }
}
