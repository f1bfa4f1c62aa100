internal import CLinux
internal import Glibc

/// An exclusive lock on a file (flock(2)). It belongs to the open file and not to a process: a program that is started with the
/// descriptor holds it too, and it lasts until the last descriptor of this open file is closed, however its owner has ended.
package struct FileLock: ~Copyable {
    let descriptor: Descriptor
    private let path: String

    /// A note is a line for people to read, and for a process that finds the lock held.
    private static let longestNote = 256

    /// Creates the file if there is none, readable for its owner alone. `nil`: somebody else holds the lock.
    package static func take(_ path: String) throws(SystemError) -> FileLock? {
        try take(path, in: AT_FDCWD, path)
    }

    /// On a file that is nowhere, so that nobody else can have it.
    package static func ofNobodyElse() throws(SystemError) -> FileLock {
        let name = "cronsupd-lock"
        let file = Descriptor(owning: try systemCall("memfd_create", name) { unsafe clinux_sealable_memory(name) })
        _ = try file.lock(name)
        return FileLock(descriptor: file, path: name)
    }

    /// The same for a file in this directory, whatever has become of its path.
    package static func take(
        _ name: String, in directory: borrowing PrivateDirectory
    ) throws(SystemError) -> FileLock? {
        try take(name, in: directory.descriptor.raw, "\(directory.path)/\(name)")
    }

    private static func take(_ name: String, in directory: Int32, _ path: String) throws(SystemError) -> FileLock? {
        let flags = O_RDWR | O_CREAT | O_NOFOLLOW
        let file = try Descriptor.open(name, in: directory, path, flags: flags, mode: 0o600)
        guard try file.lock(path) else { return nil }
        makeUsable(file.raw)
        return FileLock(descriptor: file, path: path)
    }

    /// Under some umasks it is made as one that its own user cannot open again.
    private static func makeUsable(_ raw: Int32) {
        var status = stat()
        if unsafe fstat(raw, &status) == 0, status.st_mode & 0o777 != 0o600 { fchmod(raw, 0o600) }
    }

    /// Whether the file is where it was when it was locked. If not, another process can have the lock of another file there.
    package var isStillThere: Bool { descriptor.isStill(at: path) }

    /// Whether the path, one of /proc/PID/fd, is that of a file which this user has made, and which has no name any more. Others can
    /// make and remove one at a path that looks like a lock's.
    package static func isOfRemovedFile(_ path: String) -> Bool {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return false }
        return status.st_uid == geteuid() && status.st_nlink == 0
    }

    /// Puts the note into the file, in the place of the one before.
    package func leave(note: String) throws(SystemError) { try Self.leave(note, descriptor.raw, path) }

    /// The same in a file whose lock somebody else holds.
    package static func leave(note: String, in path: String) throws(SystemError) {
        let file = try Descriptor.open(path, flags: O_RDWR | O_NOFOLLOW)
        try leave(note, file.raw, path)
    }

    private static func leave(_ note: String, _ raw: Int32, _ path: String) throws(SystemError) {
        let line = Array("\(note)\n".utf8)
        precondition(line.count <= longestNote, "a note of \(line.count) bytes for a lock")
        try systemCall("pwrite", path) { unsafe pwrite(raw, line, line.count, 0) }
        try systemCall("ftruncate", path) { ftruncate(raw, line.count) }
    }

    /// Whether somebody holds the lock of this file, as far as this user may see.
    package static func isHeld(_ path: String) -> Bool {
        guard let file = try? Descriptor.open(path, flags: O_RDONLY | O_NOFOLLOW) else { return false }
        return flock(file.raw, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }

    /// The note in the file; `nil` if there is none, or no such file.
    package static func note(in path: String) -> String? {
        var bytes = [UInt8](repeating: 0, count: longestNote)
        guard let file = try? Descriptor.open(path, flags: O_RDONLY | O_NOFOLLOW),
            case .bytes? = try? file.read(into: &bytes, from: 0), let end = bytes.firstIndex(of: UInt8(ascii: "\n"))
        else { return nil }
        return String(decoding: bytes[..<end], as: UTF8.self)
    }
}
