import Glibc
import Kernel
import Testing

/// A control group of version 2 whose processes stand still (cgroup.freeze).
final class FrozenGroup {
    private let path: String
    private let home: String
    private let processes: [ProcessID]

    /// Where the hierarchy of version 2 is mounted.
    private static let root: String? = {
        let mounts = (TextFile.read("/proc/self/mounts") ?? "").split(separator: "\n").map { $0.split(separator: " ") }
        return mounts.first { $0.count > 2 && $0[2] == "cgroup2" }.map { String($0[1]) }
    }()

    static let need: Comment = "needs root and a mounted hierarchy of control groups of version 2"
    static let isAvailable = geteuid() == 0 && root.map { access($0, W_OK) == 0 } ?? false

    init(_ processes: [ProcessID]) throws {
        guard let root = Self.root else { throw Failure("no control groups of version 2") }
        self.processes = processes
        path = "\(root)/cronsupd-test-\(ThisProcess.id)-\(processes.first ?? 0)"
        let line = (TextFile.read("/proc/self/cgroup") ?? "").split(separator: "\n").first { $0.hasPrefix("0::") }
        home = root + (line?.dropFirst(3) ?? "/")
        try FileSystem.createDirectories(path)
        for process in processes { try Self.write("\(process)", to: "\(path)/cgroup.procs") }
        try Self.write("1", to: "\(path)/cgroup.freeze")
        try wait("they are frozen") { (TextFile.read("\(path)/cgroup.events") ?? "").contains("frozen 1") }
    }

    func thaw() throws { try Self.write("0", to: "\(path)/cgroup.freeze") }

    deinit {
        try? thaw()
        for process in processes { try? Self.write("\(process)", to: "\(home)/cgroup.procs") }
        rmdir(path)
    }

    private static func write(_ text: String, to file: String) throws {
        try Descriptor.open(updating: file).writeAll(Array(text.utf8))
    }
}
