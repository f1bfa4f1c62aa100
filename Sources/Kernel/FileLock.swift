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
        let file = try Descriptor.open(path, flags: O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600)
        return try file.lock(path) ? FileLock(descriptor: file, path: path) : nil
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

    /// The note in the file; `nil` if there is none, or no such file.
    package static func note(in path: String) -> String? {
        var bytes = [UInt8](repeating: 0, count: longestNote)
        guard let file = try? Descriptor.open(path, flags: O_RDONLY | O_NOFOLLOW),
            case .bytes? = try? file.read(into: &bytes, from: 0), let end = bytes.firstIndex(of: UInt8(ascii: "\n"))
        else { return nil }
        return String(decoding: bytes[..<end], as: UTF8.self)
    }
}
