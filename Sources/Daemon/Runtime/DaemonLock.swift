import Kernel

/// A lock that one daemon has at a time. Its file has the daemon's process ID.
final class DaemonLock {
    let path: String
    private let lock: FileLock

    /// Somebody may be removing the directory, and a daemon that ends may remove the file.
    private static let mostTries = 10

    private init(_ path: String, _ lock: consuming FileLock) {
        self.path = path
        self.lock = lock
    }

    /// `open`: opens the directory in which the file is, and makes it if there is none.
    static func take(
        _ name: String, in open: () throws(SystemError) -> PrivateDirectory
    ) throws(RuntimeFailure) -> DaemonLock {
        for number in 1...mostTries {
            if let lock = try attempt(name, in: open, isLast: number == mostTries) { return lock }
        }
        throw .unusable(SystemError("flock", name, code: 0, note: "the file is removed again and again"))
    }

    /// `nil`: somebody has removed the directory, or the file, before it was locked.
    private static func attempt(
        _ name: String, in open: () throws(SystemError) -> PrivateDirectory, isLast: Bool
    ) throws(RuntimeFailure) -> DaemonLock? {
        let path: String
        do throws(SystemError) {
            let directory = try open()
            path = "\(directory.path)/\(name)"
            if let lock = try FileLock.take(name, in: directory) {
                guard lock.isStillThere else { return nil }
                try lock.leave(note: "\(ThisProcess.id)")
                return DaemonLock(path, lock)
            }
        } catch {
            if error.isNotFound, !isLast { return nil }
            throw .unusable(error)
        }
        throw .busy(path: path, holder: FileLock.note(in: path))
    }

    /// If not, somebody has removed the file, and another daemon can have the lock of a new one.
    var isStillThere: Bool { lock.isStillThere }

    /// The file; the lock stays as long as this does.
    func remove() { if isStillThere { try? FileSystem.remove(path) } }
}
