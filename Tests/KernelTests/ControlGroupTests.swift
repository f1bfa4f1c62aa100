import Glibc
import TestSupport
import Testing

@testable import Kernel

@Suite("A control group")
struct ControlGroupTests {
    // MARK: Where it is

    private static let hybrid = """
        31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
        36 31 0:33 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
        41 31 0:38 / /sys/fs/cgroup/unified rw,relatime shared:9 - cgroup2 cgroup2 rw
        """
    private static let unified =
        "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 master:1 - cgroup2 cgroup2 rw,nsdelegate"
    /// A container that sees a part of the hierarchy.
    private static let part =
        "30 23 0:26 /docker/17 /sys/fs/cgroup ro - cgroup2 cgroup rw\n"
        + "31 23 0:26 /docker/\\\\040b /mnt/a\\040b ro - cgroup2 cgroup rw"

    @Test(
        "of a process is found in whatever hierarchy it is",
        arguments: [
            (hybrid, "8:pids:/\n4:memory:/a\n0::/", "/sys/fs/cgroup/unified"),
            (hybrid, "1:name=systemd:/x\n0::/user.slice/a:b c\n", "/sys/fs/cgroup/unified/user.slice/a:b c"),
            (unified, "0::/system.slice/cronsupd.service\n", "/sys/fs/cgroup/system.slice/cronsupd.service"),
            (part, "0::/docker/17\n", "/sys/fs/cgroup"),
            (part, "0::/docker/17/init\n", "/sys/fs/cgroup/init"),
        ])
    func located(mounts: String, membership: String, path: String) throws {
        #expect(try ControlGroup.locate(mounts: mounts, membership: membership).path == path)
    }

    @Test(
        "is none where there is none to be seen",
        arguments: [
            (unified, "4:memory:/\n", "this process is in no control group of version 2"),
            (unified, "0::/../other\n", "this process is outside of its namespace of control groups"),
            (unified, "0::/..\n", "this process is outside of its namespace of control groups"),
            (
                "36 31 0:33 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n", "0::/\n",
                "no file system of control groups of version 2 is mounted"
            ),
            ("30 23\n", "0::/\n", "no file system of control groups of version 2 is mounted"),
            (part, "0::/docker/170\n", "no mounted file system of control groups shows '/docker/170'"),
        ])
    func absent(mounts: String, membership: String, reason: String) {
        #expect(throws: ControlGroup.Absence(description: reason)) {
            try ControlGroup.locate(mounts: mounts, membership: membership)
        }
    }

    // MARK: What it says

    @Test("says what it is, what is in it, and whom the kernel has killed")
    func files() throws {
        let directory = try TemporaryDirectory()
        let group = ControlGroup(directory.path)
        #expect(!group.exists && group.memoryKills == 0)
        try directory.write("1\n22\n0\n", to: "cgroup.procs")
        #expect(group.exists && group.isRoot)
        try directory.write("domain\n", to: "cgroup.type")
        #expect(!group.isRoot)
        try directory.write("cpuset cpu io\n", to: "cgroup.controllers")
        try directory.write("", to: "cgroup.subtree_control")
        try directory.write("populated 1\nfrozen 0\n", to: "cgroup.events")
        #expect(try group.processes() == [1, 22])
        #expect(try group.controllers() == ["cpuset", "cpu", "io"] && group.enabledControllers() == [])
        #expect(try group.isPopulated())
        for (text, kills) in [("low 0\noom 3\noom_kill 2\noom_group_kill 1\n", 2), ("oom_kill 0\n", 0), ("", 0)] {
            try directory.write(text, to: "memory.events")
            #expect(group.memoryKills == kills)
        }
        try group.write("max", to: "cgroup.type")
        #expect(try group.read("cgroup.type") == "max" + "ain\n")
        #expect(throws: SystemError("open", "\(directory.path)/pids.max", code: ENOENT)) {
            try group.write("7", to: "pids.max")
        }
    }

    @Test("without the kernel's means is killed one by one")
    func oneByOne() throws {
        let null = try Descriptor.open(updating: "/dev/null")
        let children = try (0..<3).map { _ in
            try program("/bin/sleep").spawn(arguments: ["1000"], input: null, output: null, error: null)
        }
        let directory = try TemporaryDirectory()
        try directory.write("\(children[0])\n\(children[1])\n", to: "cgroup.procs")
        try ControlGroup(directory.path).kill()
        for child in children.prefix(2) {
            #expect(try Children.collect(child) == .signaled(SIGKILL, dumpedCore: false))
        }
        #expect(try !Children.hasExited(children[2]))
        Children.signal(children[2], .kill)
        _ = try Children.collect(children[2])
    }

    @Test("can be locked by one process at a time, as long as it is there")
    func lock() throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/group"
        try ControlGroup(path).create()
        try held(path) { lock in
            let before = (lock.isStill(at: path), isLocked(path))
            try ControlGroup(path).remove()
            let without = lock.isStill(at: path)
            try ControlGroup(path).create()
            let after = (lock.isStill(at: path), isLocked(path))
            #expect(before == (true, true))
            #expect(!without)
            #expect(after == (false, false))
        }
        #expect(!isLocked(path))
    }

    private func held(_ path: String, _ body: (borrowing DirectoryLock) throws -> Void) throws {
        guard let lock = try DirectoryLock.take(path) else { throw SystemError("flock", path, code: EWOULDBLOCK) }
        try body(lock)
    }

    private func isLocked(_ path: String) -> Bool {
        do {
            guard let lock = try DirectoryLock.take(path) else { return true }
            return !lock.isStill(at: path)
        } catch {
            return false
        }
    }

    // MARK: The kernel's own

    private static let available: ControlGroup? = {
        guard let own = try? ControlGroup.own(), own.canWrite("cgroup.procs") else { return nil }
        let probe = own.child("cronsupd-probe-\(getpid())-kernel")
        defer { try? probe.remove() }
        return (try? probe.create()) == nil ? nil : own
    }()

    private func play(_ name: String, _ body: (ControlGroup) throws -> Void) throws {
        let group = try #require(Self.available).child("cronsupd-test-\(getpid())-\(name)")
        try group.create()
        defer {
            try? group.kill()
            let isGone = eventually { (try? group.removeTree()) != nil }
            #expect(isGone)
        }
        try body(group)
    }

    @Test(
        "is where a program begins, and ends with all that it started",
        .enabled(if: available != nil, "needs control groups of version 2 that this user may make"),
        arguments: [true, false])
    func birth(isWhole: Bool) throws {
        try play("birth-\(isWhole)") { group in
            let null = try Descriptor.open(updating: "/dev/null")
            let pid = try program("/bin/sh", environment: ["PATH=/usr/bin:/bin"]).spawn(
                arguments: [
                    "-c",
                    "setsid --fork sh -c 'setsid --fork sleep 1000'; mkdir \(group.path)/below; wait; exec sleep 1000",
                ],
                input: null, output: null, error: null, report: null, registry: null, in: group)
            #expect(eventually { (try? group.processes().count) == 2 && (try? group.children()) == ["below"] })
            #expect(try group.processes().contains(pid) && group.isPopulated())
            #expect(throws: SystemError.self) { try group.remove() }
            if isWhole { try group.kill() } else { try group.killOneByOne() }
            #expect(try Children.collect(pid) == .signaled(SIGKILL, dumpedCore: false))
            #expect(eventually { (try? group.isPopulated()) == false })
            #expect(throws: SystemError.self, "a group below it is in the way") { try group.remove() }
        }
    }

    @Test(
        "counts a zombie for nobody",
        .enabled(if: available != nil, "needs control groups of version 2 that this user may make"))
    func zombie() throws {
        let group = try #require(Self.available).child("cronsupd-test-\(getpid())-zombie")
        try group.create()
        let null = try Descriptor.open(updating: "/dev/null")
        let pid = try program("/bin/true").spawn(
            arguments: [], input: null, output: null, error: null, report: null, registry: null, in: group)
        #expect(eventually { (try? Children.hasExited(pid)) == true })
        #expect(try group.processes() == [])
        try group.remove()
        #expect(try Children.collect(pid) == .exited(code: 0))
    }

    @Test(
        "is joined by the child itself where the kernel does not do it",
        .enabled(if: available != nil, "needs control groups of version 2 that this user may make"))
    func join() async {
        await #expect(processExitsWith: .success) {
            Program.avoidClone3()
            let group = try ControlGroup.own().child("cronsupd-test-\(getpid())-join")
            try group.create()
            let null = try Descriptor.open(updating: "/dev/null")
            let pid = try program("/bin/sleep").spawn(
                arguments: ["1000"], input: null, output: null, error: null, report: null, registry: null, in: group)
            #expect(try group.processes() == [pid])
            try group.kill()
            Children.signal(pid, .kill)
            _ = try Children.collect(pid)
            try group.remove()
        }
    }

    /// The file of a directory that is no group takes what it is told, or not, as the file does that it is a link to.
    @Test("that cannot be joined fails the spawn with the step's name")
    func failures() async {
        await #expect(processExitsWith: .success) {
            let directory = try TemporaryDirectory()
            expectFailure(directory, "clone", EBADF)
            Program.avoidClone3()
            expectFailure(directory, "open cgroup.procs", ENOENT)
            try directory.link("cgroup.procs", to: "/dev/full")
            expectFailure(directory, "join cgroup", ENOSPC)
            #expect(!Children.exist)
        }
    }
}

private func expectFailure(_ directory: TemporaryDirectory, _ call: String, _ code: Int32) {
    #expect(throws: SystemError(call, "/bin/true", code: code)) {
        let null = try Descriptor.open(updating: "/dev/null")
        _ = try program("/bin/true").spawn(
            arguments: [], input: null, output: null, error: null, report: null, registry: null,
            in: ControlGroup(directory.path))
    }
}
