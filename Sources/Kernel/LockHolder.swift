internal import Glibc

/// Who has locked a part of a file (proc(5), /proc/locks).
package enum LockHolder {
    /// `812 (sqlite3)`; `nil`: nobody else, or it cannot be seen. `paths`: one of these files.
    package static func other(of paths: [String]) -> String? {
        let inodes = paths.compactMap { try? FileSystem.status($0).identity.inode }
        guard let table = try? ProcFile.text("/proc/locks", limit: 4 << 20) else { return nil }
        for line in table.split(separator: "\n") {
            // `1: POSIX  ADVISORY  WRITE 812 08:01:1234 1073741824 1073742335`
            let words = line.split(separator: " ")
            guard words.count >= 6, words[1] == "POSIX", let process = ProcessID(words[4]), process != getpid(),
                let inode = words[5].split(separator: ":").last.flatMap({ UInt64($0) }), inodes.contains(inode)
            else { continue }
            let name = (try? ProcFile.text("/proc/\(process)/comm", limit: 64))?.prefix { $0 != "\n" }
            return name.map { "\(process) (\($0))" } ?? "\(process)"
        }
        return nil
    }
}
