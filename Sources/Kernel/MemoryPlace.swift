internal import CLinux
internal import Glibc

/// Where files are in memory.
package enum MemoryPlace {
    /// Whether what lies in this directory is in memory alone, so that no write to it waits for a disk (statfs(2)).
    package static func holds(_ directory: String) throws(SystemError) -> Bool {
        let file = try Descriptor.open(directory, flags: O_RDONLY | O_DIRECTORY)
        return clinux_is_memory(file.raw) != 0
    }

    /// For all on the machine, or in the container (shm_overview(7)).
    package static var shared: String { "/dev/shm" }
}
