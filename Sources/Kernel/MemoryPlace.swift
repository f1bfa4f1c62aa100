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

    /// In bytes, what is free there (statfs(2)).
    package static func room(in directory: String) throws(SystemError) -> Int64 {
        Int64(try systemCall("statfs", directory) { unsafe withPath(directory) { unsafe Int(clinux_free_bytes($0)) } })
    }

    /// In bytes, what the control group of this process and those above it may use (cgroups(7), memory.max); `nil`: all there is.
    package static var groupLimit: Int64? {
        guard var path = try? ControlGroup.own().path else { return nil }
        var least: Int64?
        while path.utf8.count > 1, let slash = path.lastIndex(of: "/") {
            if let text = try? ProcFile.text("\(path)/memory.max", limit: 32),
                let limit = Int64(text.prefix { $0.isNumber })
            {
                least = min(least ?? limit, limit)
            }
            path = String(path[..<slash])
        }
        return least
    }
}
