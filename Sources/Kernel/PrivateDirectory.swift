internal import CLinux
internal import Glibc

/// A directory of this process's user in which nobody else can write. What is opened in it is opened through its descriptor,
/// whatever comes to stand at its path.
package struct PrivateDirectory: ~Copyable {
    let descriptor: Descriptor
    package let path: String

    /// Creates it if there is none, so that nobody else can look into it. In a place such as /tmp anybody may have been first:
    /// that is an error.
    package static func open(_ path: String) throws(SystemError) -> PrivateDirectory {
        try PrivateDirectory(path, in: AT_FDCWD, path)
    }

    /// One in this one.
    package func directory(_ name: String) throws(SystemError) -> PrivateDirectory {
        try PrivateDirectory(name, in: descriptor.raw, "\(path)/\(name)")
    }

    private init(_ name: String, in base: Int32, _ path: String) throws(SystemError) {
        do throws(SystemError) {
            try FileSystem.createDirectory(name, in: base, path, 0o700)
        } catch {
            guard error.code == EEXIST else { throw error }
        }
        let directory = try Self.open(name, in: base, path)
        try Self.requireOwn(directory, path)
        descriptor = directory
        self.path = path
    }

    private static func open(_ name: String, in base: Int32, _ path: String) throws(SystemError) -> Descriptor {
        do throws(SystemError) {
            return try Descriptor.open(name, in: base, path, flags: O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
        } catch {
            // A link, wherever it leads, is one of the two.
            guard error.code == ENOTDIR || error.code == ELOOP else { throw error }
            throw SystemError("mkdir", path, code: ENOTDIR, note: "it is there and is no directory")
        }
    }

    /// The descriptor is asked, since the path may lead to another one by now.
    private static func requireOwn(_ directory: borrowing Descriptor, _ path: String) throws(SystemError) {
        let rights = try FileRights(of: directory, path)
        guard rights.owner != geteuid() || rights.groupWrites || rights.othersWrite else { return }
        throw SystemError(
            "mkdir", path, code: EPERM,
            note: "there is one of user \(rights.owner) with mode \(rights.text); "
                + "expected one of user \(geteuid()) in which nobody else can write")
    }

    /// Programs that tidy up skip a directory on which somebody holds a lock, and all below it (tmpfiles.d(5)). This one is shared,
    /// and ends with this value.
    package func keepFromCleaners() { _ = clinux_lock_shared(descriptor.raw) }

    /// Whether others may reach what is in it by its name, though they cannot look what there is.
    package func setReachable(_ isReachable: Bool) throws(SystemError) {
        let (raw, path) = (descriptor.raw, path)
        try systemCall("chmod", path) { fchmod(raw, isReachable ? 0o711 : 0o700) }
    }
}
