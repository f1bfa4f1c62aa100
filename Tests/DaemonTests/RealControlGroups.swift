import Kernel
import Testing

/// Groups of the kernel's own, for tests that need more than directories.
enum RealControlGroups {
    static let need: Comment = "needs control groups of version 2 that this user may make"
    static let needController: Comment = "needs a controller that groups below that of the tests can have"

    /// That of the tests, if others can be made below it.
    static let own: ControlGroup? = {
        guard let own = try? ControlGroup.own(), own.canWrite("cgroup.procs") else { return nil }
        let probe = own.child("cronsupd-probe-\(ThisProcess.id)-daemon")
        defer { try? probe.remove() }
        return (try? probe.create()) == nil ? nil : own
    }()

    /// One that groups below it can have. `cpuset` is none to play with.
    static let controller: String? = {
        guard let own, let enabled = try? own.enabledControllers(), let all = try? own.controllers() else { return nil }
        let possible = own.isRoot && own.canWrite("cgroup.subtree_control") ? all : enabled
        return possible.first { $0 != "cpuset" }
    }()

    static let needMemory: Comment = "needs the controller 'memory' of version 2, enabled below the group of the tests"

    /// Enabled already: to enable it here the tests would have to be alone in their group.
    static let hasMemory = (try? own?.enabledControllers().contains("memory")) ?? false

    static func start(_ arguments: [String], in group: ControlGroup) throws -> ProcessID {
        let null = try Descriptor.open(updating: "/dev/null")
        let program = Program(path: "/bin/sh", environment: ["PATH=/usr/bin:/bin"], openFiles: try .current())
        return try program.spawn(
            arguments: arguments, input: null, output: null, error: null, report: null, registry: null, in: group)
    }
}
