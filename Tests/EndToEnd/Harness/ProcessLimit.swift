import Glibc
import Kernel
import Testing

/// A control group that holds so many processes and no more. Resource limits would do, but not for root.
final class ProcessLimit {
    static let need: Comment = "needs a writable control group with the controller for processes"

    private static let parents = ["/sys/fs/cgroup/pids", "/sys/fs/cgroup"]
    private static let parent = parents.first { parent in
        let probe = "\(parent)/cronsupd-probe-\(getpid())"
        guard mkdir(probe, 0o755) == 0 else { return false }
        defer { rmdir(probe) }
        return access("\(probe)/pids.max", W_OK) == 0
    }

    static var isAvailable: Bool { parent != nil }

    private let path: String

    init(most: Int) throws {
        path = "\(Self.parent ?? "")/cronsupd-test-\(getpid())"
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw Failure("mkdir '\(path)' failed") }
        try write("\(most)")
    }

    /// A command that puts itself in there and becomes the one that follows.
    var wrapper: [String] { ["/bin/sh", "-c", "echo $$ > \(path)/cgroup.procs; exec \"$@\"", "sh"] }

    func lift() throws { try write("max") }

    private func write(_ value: String) throws {
        try Descriptor.open(updating: "\(path)/pids.max").writeAll(Array(value.utf8))
    }

    /// Empty by then, or it stays behind.
    deinit { rmdir(path) }
}
