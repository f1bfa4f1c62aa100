internal import Glibc

/// Tells that something on the way to one of several files is not what it was (inotify(7)), and not what.
package final class DirectoryWatch {
    package let descriptor: Descriptor
    /// The kernel's numbers for the directories.
    private var watches: Set<Int32> = []

    private static let mostLinks = 40

    package init() throws(SystemError) {
        descriptor = Descriptor(
            owning: try systemCall("inotify_init1") { inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK)) })
    }

    /// Looks at each directory in which a part of the paths stands, at what is in it and at what becomes of itself, and at no
    /// other from now on. One that is missing or cannot be watched is left out.
    package func watch(_ files: [String]) {
        var new: Set<Int32> = []
        for file in files { watch(theWayTo: file, &new) }
        // One that is gone has no watch any more, and the call fails.
        for old in watches.subtracting(new) { inotify_rm_watch(descriptor.raw, old) }
        watches = new
    }

    /// Looks at what becomes of a file as well, until it is gone. One that is watched already is no error.
    package func add(file path: String) { _ = try? add(path) }

    /// Follows each link on the way, as many as the kernel does (path_resolution(7)).
    private func watch(theWayTo path: String, _ new: inout Set<Int32>) {
        var (directory, links) = (path.hasPrefix("/") ? "" : ".", 0)
        var rest = Array(path.split(separator: "/").reversed())
        while links <= Self.mostLinks, let name = rest.popLast() {
            if let watch = try? add("\(directory)/") { new.insert(watch) }
            if let target = try? FileSystem.linkTarget("\(directory)/\(name)") {
                links += 1
                if target.hasPrefix("/") { directory = "" }
                rest += target.split(separator: "/").reversed()
            } else {
                directory += "/\(name)"
            }
        }
    }

    private func add(_ directory: String) throws(SystemError) -> Int32 {
        let events = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF
        let raw = descriptor.raw
        return try systemCall("inotify_add_watch", directory) {
            unsafe withPath(directory) { unsafe inotify_add_watch(raw, $0, UInt32(events)) }
        }
    }

    /// Forgets what has come so far.
    package func clear() {
        unsafe withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: 8) { buffer in
            while case .bytes? = unsafe try? descriptor.read(into: buffer) {}
        }
    }
}
