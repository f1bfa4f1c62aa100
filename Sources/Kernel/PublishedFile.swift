internal import Glibc

/// A file that this process writes for others to read.
package enum PublishedFile {
    /// The file is as it was or as it is to be, whatever happens meanwhile, also to the machine; everybody may read it.
    package static func replace(_ path: String, with bytes: [UInt8]) throws(SystemError) {
        let target = try target(path)
        // A reader that looks for files by the ends of their names does not see it.
        let new = "\(target).\(ThisProcess.id).new"
        do throws(SystemError) {
            try write(new, bytes)
            try FileSystem.rename(new, to: target)
        } catch {
            try? FileSystem.remove(new)
            throw error
        }
        try sync(directoryOf: target)
    }

    /// What stands at the path, through links. A device or a directory is not replaced.
    private static func target(_ path: String) throws(SystemError) -> String {
        guard FileSystem.exists(path) else { return path }
        guard try FileSystem.status(path).kind == .regular else {
            throw SystemError("open", path, code: 0, note: "it is no regular file; expected one, or none")
        }
        return try FileSystem.realPath(path)
    }

    private static func write(_ path: String, _ bytes: [UInt8]) throws(SystemError) {
        // One that a process of this number has left, before it was killed.
        try? FileSystem.remove(path)
        let file = try Descriptor.open(path, flags: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o644)
        let raw = file.raw
        try systemCall("fchmod", path) { fchmod(raw, 0o644) }
        try file.writeAll(bytes)
        try systemCall("fsync", path) { fsync(raw) }
    }

    private static func sync(directoryOf path: String) throws(SystemError) {
        let slash = path.lastIndex(of: "/")
        let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let raw = try Descriptor.open(directory, flags: O_RDONLY | O_DIRECTORY)
        let number = raw.raw
        try systemCall("fsync", directory) { fsync(number) }
    }
}
