internal import CLinux
internal import Glibc

/// Whose a file is, and what its mode lets others do.
struct FileRights {
    let owner: UInt32
    let group: UInt32
    let mode: UInt32

    /// `path`: for an error.
    init(of file: borrowing Descriptor, _ path: String) throws(SystemError) {
        var status = stat()
        let raw = file.raw
        try systemCall("fstat", path) { unsafe fstat(raw, &status) }
        (owner, group, mode) = (status.st_uid, status.st_gid, status.st_mode)
    }

    var isLink: Bool { mode & S_IFMT == S_IFLNK }
    var isDirectory: Bool { mode & S_IFMT == S_IFDIR }
    var groupWrites: Bool { mode & 0o020 != 0 }
    var othersWrite: Bool { mode & 0o002 != 0 }

    /// Only the owner of what is in such a directory, and its own, can put something else into its place (inode(7)).
    var isSticky: Bool { isDirectory && mode & 0o1000 != 0 }

    /// Whether nothing can be written through the mount on which the file was opened. A mode says nothing of that.
    static func isReadOnly(_ file: borrowing Descriptor) -> Bool {
        var status = statvfs()
        // ST_RDONLY, which is an enum's.
        return unsafe fstatvfs(file.raw, &status) == 0 && status.f_flag & 1 != 0
    }

    /// As chmod(1) has it.
    var text: String { "0" + String(mode & 0o7777, radix: 8) }
}
