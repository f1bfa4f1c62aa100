internal import Glibc

/// Tells that something in one of several directories is not what it was (inotify(7)), and not what.
package final class DirectoryWatch {
    package let descriptor: Descriptor

    package init() throws(SystemError) {
        descriptor = Descriptor(
            owning: try systemCall("inotify_init1") { inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK)) })
    }

    /// Looks at what is in the directory and at what becomes of itself, or at what becomes of a file. One that is watched already
    /// is no error.
    package func add(_ directory: String) throws(SystemError) {
        let events = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF
        let raw = descriptor.raw
        try systemCall("inotify_add_watch", directory) { unsafe inotify_add_watch(raw, directory, UInt32(events)) }
    }

    /// Forgets what has come so far.
    package func clear() {
        unsafe withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: 8) { buffer in
            while case .bytes? = unsafe try? descriptor.read(into: buffer) {}
        }
    }
}
