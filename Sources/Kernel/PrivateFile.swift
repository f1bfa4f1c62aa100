internal import Glibc

/// Files of this process's user alone, in directories of its own. What stands in them is not looked for behind links.
package enum PrivateFile {
    private static let mode: mode_t = 0o600
    private static let newSuffix = ".new"

    /// The file is as it was or as it is to be, whatever happens meanwhile. `isLasting`: also to the machine.
    package static func replace(
        _ name: String, in directory: borrowing PrivateDirectory, with bytes: [UInt8], isLasting: Bool = false
    ) throws(SystemError) {
        do throws(SystemError) {
            try write(name, in: directory, bytes, isLasting: isLasting)
        } catch {
            // On a full disk the room is somebody else's need.
            _ = unsafe withPath(name + newSuffix) { unsafe unlinkat(directory.descriptor.raw, $0, 0) }
            throw error
        }
    }

    private static func write(
        _ name: String, in directory: borrowing PrivateDirectory, _ bytes: [UInt8], isLasting: Bool
    ) throws(SystemError) {
        let (base, new) = (directory.descriptor.raw, name + newSuffix)
        let path = "\(directory.path)/\(name)"
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW
        let file = try Descriptor.open(new, in: base, path + newSuffix, flags: flags, mode: mode)
        let raw = file.raw
        // Under some umasks it is made as one that its own user cannot open again.
        try systemCall("fchmod", path) { fchmod(raw, mode) }
        try file.writeAll(bytes)
        if isLasting { try systemCall("fsync", path) { fsync(raw) } }
        try systemCall("rename", path) {
            unsafe withPath(new) { source in unsafe withPath(name) { unsafe renameat(base, source, base, $0) } }
        }
        if isLasting { try systemCall("fsync", directory.path) { fsync(base) } }
    }

    /// The file with these bytes alone, open for reading and writing. What another process has open is the same file.
    package static func make(
        _ name: String, in directory: borrowing PrivateDirectory, with bytes: [UInt8]
    ) throws(SystemError) -> Descriptor {
        let flags = O_RDWR | O_CREAT | O_NOFOLLOW
        let file = try Descriptor.open(
            name, in: directory.descriptor.raw, "\(directory.path)/\(name)", flags: flags, mode: mode)
        try file.overwrite(bytes)
        return file
    }

    /// Puts the bytes at the end of a file that is there.
    package static func append(
        _ bytes: [UInt8], to name: String, in directory: borrowing PrivateDirectory
    ) throws(SystemError) {
        let file = try Descriptor.open(
            name, in: directory.descriptor.raw, "\(directory.path)/\(name)", flags: O_WRONLY | O_APPEND | O_NOFOLLOW)
        try file.writeAll(bytes)
    }

    /// `nil`: there is none. A file of more than `limit` bytes is an error.
    package static func contents(
        of name: String, in directory: borrowing PrivateDirectory, limit: Int
    ) throws(SystemError) -> [UInt8]? {
        let path = "\(directory.path)/\(name)"
        do throws(SystemError) {
            let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK
            let file = try Descriptor.open(name, in: directory.descriptor.raw, path, flags: flags)
            guard let (bytes, _) = try FileSystem.contents(of: file, path, limit: limit), bytes.count <= limit else {
                throw SystemError("read", path, code: EFBIG)
            }
            return bytes
        } catch {
            if error.isNotFound { return nil }
            throw error
        }
    }
}
