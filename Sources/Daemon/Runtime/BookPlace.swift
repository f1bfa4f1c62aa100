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
        // For those who tidy up.
        try PrivateFile.replace(owner, in: directory, with: Array(runtime.utf8))
        return directory
    }

    /// The file with the path of the runtime directory.
    private static let owner = "runtime"
    private static let longestPath = 4_096

    /// Removes those whose runtime directory is gone: no daemon will look for them.
    private static func tidy(_ shared: String, sparing instance: String) {
        for name in (try? FileSystem.names(in: shared)) ?? [] where name != instance {
            guard let directory = try? PrivateDirectory.open("\(shared)/\(name)"),
                let path = try? PrivateFile.contents(of: owner, in: directory, limit: longestPath),
                !FileSystem.exists(String(decoding: path, as: UTF8.self))
            else { continue }
            remove(directory.path)
        }
    }

    /// With the files in it.
    private static func remove(_ directory: String) {
        for name in (try? FileSystem.names(in: directory)) ?? [] { try? FileSystem.remove("\(directory)/\(name)") }
        try? FileSystem.removeDirectory(directory)
    }
}
