internal import CLinux
internal import Glibc

/// A directory that is held open: until it is let go, no other one gets its device and inode, not even if it is removed.
package struct HeldDirectory: ~Copyable {
    private let descriptor: Descriptor
    package let identity: FileIdentity

    /// It need not be one that this process may read.
    package init(_ path: String) throws(SystemError) {
        let directory = try Descriptor.open(path, flags: Int32(CLINUX_PATH_ONLY) | O_DIRECTORY)
        identity = try FileSystem.identity(directory, path).identity
        descriptor = directory
    }
}
