import Clocks
import Kernel

/// Where the books of a registry's jobs are, and the notes of their workers: in memory, since neither a job nor the daemon may wait
/// for a disk for their sake. In the runtime directory where that is in memory, as /run is on most machines; if not, in /dev/shm.
enum BookPlace {
    /// Makes it if there is none. `instance`: the runtime directory's name.
    static func open(in runtime: String, instance: String) throws(SystemError) -> PrivateDirectory {
        if try MemoryPlace.holds(runtime) { return try PrivateDirectory.open(runtime).directory("memory") }
        guard try MemoryPlace.holds(MemoryPlace.shared) else {
            throw SystemError("statfs", MemoryPlace.shared, code: 0, note: "it is on a disk, and so is \(runtime)")
        }
        let shared = try PrivateDirectory.open("\(MemoryPlace.shared)/cronsupd-\(ThisProcess.userID)")
        tidy(shared.path, sparing: instance)
        let directory = try shared.directory(instance)
        // For those who tidy up, wherever they were started.
        try PrivateFile.replace(owner, in: directory, with: Array(try FileSystem.realPath(runtime).utf8))
        return directory
    }

    /// Held by the daemon whose books these are.
    static func lock(_ directory: borrowing PrivateDirectory) throws(SystemError) -> FileLock {
        for _ in 1..<mostTries {
            if let lock = try FileLock.take(lockFile, in: directory) { return lock }
            // Between the fork and the exec of a child that another thread starts, it has the lock too.
            var pause = Poll()
            try pause.wait(retryInterval)
        }
        guard let lock = try FileLock.take(lockFile, in: directory) else {
            throw SystemError("flock", directory.path, code: 0, note: "another daemon has it")
        }
        return lock
    }

    private static let lockFile = "lock"
    private static let (mostTries, retryInterval) = (20, Nanoseconds.milliseconds(20))

    /// The file with the path of the runtime directory.
    private static let owner = "runtime"
    private static let longestPath = 4_096

    /// Removes those whose runtime directory is gone: no daemon will look for them.
    private static func tidy(_ shared: String, sparing instance: String) {
        for name in (try? FileSystem.names(in: shared)) ?? [] where name != instance {
            guard let directory = try? PrivateDirectory.open("\(shared)/\(name)"),
                let path = try? PrivateFile.contents(of: owner, in: directory, limit: longestPath),
                !FileSystem.exists(String(decoding: path, as: UTF8.self)),
                // That of another container has another path here.
                let lock = try? FileLock.take(lockFile, in: directory)
            else { continue }
            withExtendedLifetime(lock) { remove(directory.path) }
        }
    }

    /// With the files in it.
    private static func remove(_ directory: String) {
        for name in (try? FileSystem.names(in: directory)) ?? [] { try? FileSystem.remove("\(directory)/\(name)") }
        try? FileSystem.removeDirectory(directory)
    }
}
