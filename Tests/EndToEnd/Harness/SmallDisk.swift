import Glibc

/// A file system in memory at a path, of a certain size. Needs root.
final class SmallDisk {
    private let path: String

    init(_ path: String, mebibytes: Int) throws {
        self.path = path
        guard mount("none", path, "tmpfs", 0, "size=\(mebibytes)m,mode=700") == 0 else {
            throw Failure("mount '\(path)': \(String(cString: strerror(errno)))")
        }
    }

    deinit { umount2(path, Int32(MNT_DETACH)) }

    /// Takes all the room that there is.
    func fill(_ name: String) throws {
        let file = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        defer { close(file) }
        let bytes = [UInt8](repeating: 1, count: 4_096)
        while write(file, bytes, bytes.count) > 0 {}
        guard errno == ENOSPC else { throw Failure("write '\(name)': \(String(cString: strerror(errno)))") }
    }

    func empty(_ name: String) { unlink("\(path)/\(name)") }
}
