internal import CLinux
package import Clocks
internal import Glibc

/// Tells whether a file is still the one it was: any write, rename or replacement changes it.
package struct FileIdentity: Hashable, Sendable {
    package let device: UInt64
    package let inode: UInt64
    package let size: Int64
    package let modified: WallInstant
    package let changed: WallInstant

    /// Of the file alone, whatever is in it.
    package struct Key: Hashable, Sendable {
        let device: UInt64
        let inode: UInt64
    }

    package var key: Key { Key(device: device, inode: inode) }

    fileprivate init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        modified = Self.instant(status.st_mtim)
        changed = Self.instant(status.st_ctim)
    }

    /// Anybody may give a file a time that no `WallInstant` holds: it becomes the nearest one.
    private static func instant(_ time: timespec) -> WallInstant {
        let (seconds, overflow) = Int64(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return WallInstant(nanoseconds: time.tv_sec < 0 ? .min : .max) }
        let (sum, carry) = seconds.addingReportingOverflow(Int64(time.tv_nsec))
        return WallInstant(nanoseconds: carry ? .max : sum)
    }
}

package enum FileKind: Hashable, Sendable {
    case regular, directory, pipe, socket, device, other
}

/// Calls `body` with the path's bytes and a zero (`PathText`).
package func withPath<Result>(_ path: String, _ body: (UnsafePointer<CChar>) -> Result) -> Result {
    guard let bytes = PathText.bytes(path) else { return unsafe path.withCString(body) }
    return unsafe (bytes.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { preconditionFailure("an array of at least one") }
        return unsafe body(base)
    }
}

extension PathText {
    /// Of a C string.
    static func text(of path: UnsafePointer<CChar>) -> String {
        text(unsafe Array(UnsafeRawBufferPointer(start: path, count: strlen(path))))
    }
}

package enum FileSystem {
    package static func status(_ path: String) throws(SystemError) -> (kind: FileKind, identity: FileIdentity) {
        var status = stat()
        try systemCall("stat", path) { unsafe withPath(path) { unsafe fstatat(AT_FDCWD, $0, &status, 0) } }
        return (kind(status), FileIdentity(status))
    }

    private static func kind(_ status: stat) -> FileKind {
        switch status.st_mode & S_IFMT {
        case S_IFREG: .regular
        case S_IFDIR: .directory
        case S_IFIFO: .pipe
        case S_IFSOCK: .socket
        case S_IFBLK, S_IFCHR: .device
        default: .other
        }
    }

    /// What has this name, where links are not followed: one is `.other`. `nil`: nothing has it.
    package static func kindOfName(_ path: String) throws(SystemError) -> FileKind? {
        var status = stat()
        do throws(SystemError) {
            try systemCall("lstat", path) {
                unsafe withPath(path) { unsafe fstatat(AT_FDCWD, $0, &status, AT_SYMLINK_NOFOLLOW) }
            }
        } catch {
            if error.isNotFound { return nil }
            throw error
        }
        return kind(status)
    }

    package static func exists(_ path: String) -> Bool {
        unsafe withPath(path) { unsafe access($0, F_OK) } == 0
    }

    package static func isDirectory(_ path: String) -> Bool { (try? status(path).kind) == .directory }

    package static func isExecutable(_ path: String) -> Bool {
        unsafe withPath(path) { unsafe access($0, X_OK) } == 0
    }

    /// The names in a directory, in byte order, without `.` and `..`.
    package static func names(in directory: String) throws(SystemError) -> [String] {
        var names: [String] = []
        try visit(directory) { name, _ in names.append(name) }
        return inOrder(names)
    }

    static func names(in directory: consuming Descriptor, _ path: String) throws(SystemError) -> [String] {
        guard let stream = unsafe fdopendir(directory.raw) else { throw SystemError("opendir", path, code: errno) }
        directory.release()
        var names: [String] = []
        try unsafe visit(stream, path) { name, _ in names.append(name) }
        return inOrder(names)
    }

    private static func inOrder(_ names: [String]) -> [String] {
        names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The same as they come. `isDirectory`: not every file system says so of its directories.
    static func visit(
        _ directory: String, _ body: (_ name: String, _ isDirectory: Bool) -> Void
    ) throws(SystemError) {
        guard let stream = unsafe withPath(directory, { unsafe opendir($0) }) else {
            throw SystemError("opendir", directory, code: errno)
        }
        try unsafe visit(stream, directory, body)
    }

    /// Closes the stream.
    private static func visit(
        _ stream: OpaquePointer, _ directory: String, _ body: (_ name: String, _ isDirectory: Bool) -> Void
    ) throws(SystemError) {
        defer { unsafe closedir(stream) }
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else {
                let code = errno
                if code != 0 { throw SystemError("readdir", directory, code: code) }
                return
            }
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { unsafe Array($0.prefix { $0 != 0 }) }
            if name != [0x2E], name != [0x2E, 0x2E] {
                unsafe body(PathText.text(name), entry.pointee.d_type == UInt8(DT_DIR))
            }
        }
    }

    /// The bytes of a regular file and what it was when they were read; `nil` if it changed meanwhile. A file of more than
    /// `limit` bytes is cut after the first byte too many.
    package static func contents(
        of path: String, limit: Int
    ) throws(SystemError) -> (bytes: [UInt8], identity: FileIdentity)? {
        try contents(of: try Descriptor.open(reading: path), path, limit: limit)
    }

    static func contents(
        of file: borrowing Descriptor, _ path: String, limit: Int
    ) throws(SystemError) -> (bytes: [UInt8], identity: FileIdentity)? {
        let before = try identity(file, path)
        guard before.kind == .regular else {
            throw SystemError(
                "read", path, code: before.kind == .directory ? EISDIR : ENXIO, note: "not a regular file")
        }
        let wanted = min(Int(before.identity.size), limit) + 1
        var bytes = [UInt8](repeating: 0, count: wanted)
        var count = 0
        while count < wanted {
            guard case .bytes(let more) = try file.read(into: &bytes, from: count) else { break }
            count += more
        }
        bytes.removeSubrange(count...)
        let after = try identity(file, path)
        guard after.identity == before.identity, count > limit || count == Int(before.identity.size) else { return nil }
        return (bytes, after.identity)
    }

    static func identity(
        _ file: borrowing Descriptor, _ path: String
    ) throws(SystemError) -> (kind: FileKind, identity: FileIdentity) {
        var status = stat()
        let raw = file.raw
        try systemCall("fstat", path) { unsafe fstat(raw, &status) }
        return (kind(status), FileIdentity(status))
    }

    package static func linkTarget(_ path: String) throws(SystemError) -> String {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let size = buffer.count
        let count = try systemCall("readlink", path) { unsafe withPath(path) { unsafe readlink($0, &buffer, size) } }
        return PathText.text(Array(buffer[..<count]))
    }

    /// Of the link that is open itself (Linux 2.6.39).
    static func linkTarget(of link: borrowing Descriptor, _ path: String) throws(SystemError) -> String {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let (raw, size) = (link.raw, buffer.count)
        let count = try systemCall("readlink", path) { unsafe readlinkat(raw, "", &buffer, size) }
        return PathText.text(Array(buffer[..<count]))
    }

    /// The absolute path without links (realpath(3)).
    package static func realPath(_ path: String) throws(SystemError) -> String {
        guard let resolved = unsafe withPath(path, { unsafe realpath($0, nil) }) else {
            throw SystemError("realpath", path, code: errno)
        }
        defer { unsafe free(resolved) }
        return unsafe PathText.text(of: resolved)
    }

    /// Creates a directory and those above it; one that is there already is fine. `underMask`: the umask counts, as it does
    /// for all that a job makes.
    package static func createDirectories(_ path: String, underMask: Bool = false) throws(SystemError) {
        do throws(SystemError) {
            try createDirectory(path, underMask)
        } catch {
            if error.code == EEXIST { return }
            guard error.code == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
                throw error
            }
            try createDirectories(String(path[..<slash]), underMask: underMask)
            try createDirectory(path, underMask)
        }
    }

    private static func createDirectory(_ path: String, _ underMask: Bool) throws(SystemError) {
        if underMask {
            try systemCall("mkdir", path) { unsafe withPath(path) { unsafe mkdir($0, 0o755) } }
        } else {
            try createDirectory(path, in: AT_FDCWD, path, 0o755)
        }
    }

    /// Creates `name` in a directory that is open, with exactly these permissions: under some umasks it would be one that its own
    /// user cannot enter. `path`: what it is called in an error.
    static func createDirectory(
        _ name: String, in directory: Int32, _ path: String, _ mode: mode_t
    ) throws(SystemError) {
        try systemCall("mkdir", path) { unsafe withPath(name) { unsafe mkdirat(directory, $0, mode) } }
        var made = stat()
        try systemCall("lstat", path) {
            unsafe withPath(name) { unsafe fstatat(directory, $0, &made, AT_SYMLINK_NOFOLLOW) }
        }
        guard made.st_mode & 0o777 != mode else { return }
        // Not through a link, if somebody has put one in its place.
        try systemCall("chmod", path) {
            unsafe withPath(name) { unsafe fchmodat(directory, $0, mode, AT_SYMLINK_NOFOLLOW) }
        }
    }

    package static func remove(_ path: String) throws(SystemError) {
        try systemCall("unlink", path) { unsafe withPath(path) { unsafe unlink($0) } }
    }

    /// Of one that is empty.
    package static func removeDirectory(_ path: String) throws(SystemError) {
        try systemCall("rmdir", path) { unsafe withPath(path) { unsafe rmdir($0) } }
    }

    /// Puts `source` in the place of `target` in one step.
    package static func rename(_ source: String, to target: String) throws(SystemError) {
        try systemCall("rename", target) {
            unsafe withPath(source) { source in unsafe withPath(target) { unsafe Glibc.rename(source, $0) } }
        }
    }
}
