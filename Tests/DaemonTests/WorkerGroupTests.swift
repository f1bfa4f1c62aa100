import Clocks
import Kernel
import Model
import TestSupport
import Testing
import Values

@testable import Daemon

@Suite("The control groups of workers")
struct WorkerGroupTests {
    private func id(_ text: String) throws -> EntryID { try #require(EntryID(text)) }

    @Test("have names that are the workers' own, whatever their IDs")
    func names() throws {
        #expect(LeafName.of(try id("app:job.heartbeat"), serial: 1) == "app:job.heartbeat.1")
        let long = String(repeating: "x", count: 128)
        let ids = try ["\(long):\(long)", "\(long):y\(long.dropFirst())", "\(long):\(long.dropLast())y"].map(id)
        let names = ids.map { LeafName.of($0, serial: .max) }
        #expect(Set(names).count == 3)
        for (id, name) in zip(ids, names) { #expect(LeafName.stem(ofLeaf: name[...]) == LeafName.stem(id)) }
        for name in names { #expect(name.utf8.count <= 255 && name.contains(":") && !name.contains("/")) }
        // `a.1` in its second life is not `a` in its twelfth.
        #expect(LeafName.of(try id("n:a.1"), serial: 2) != LeafName.of(try id("n:a"), serial: 12))
    }

    // MARK: Controllers

    /// A directory that looks like a delegated group.
    private func group(_ files: [String: String]) throws -> (TemporaryDirectory, ControlGroup) {
        let directory = try TemporaryDirectory()
        let usual = [
            "cgroup.type": "domain\n", "cgroup.controllers": "cpuset cpu io memory pids\n", "cgroup.procs": "",
            "cgroup.subtree_control": "",
        ]
        for (name, text) in usual.merging(files, uniquingKeysWith: { $1 }) { try directory.write(text, to: name) }
        return (directory, ControlGroup(directory.path))
    }

    private func controllers(_ files: [String: String]) throws -> GroupControllers {
        let (directory, group) = try group(files)
        return withExtendedLifetime(directory) { ControlGroupSite.controllers(group, group) }
    }

    @Test("have the controllers that are delegated to the daemon, if it is alone in its group")
    func delegated() throws {
        let all = Set(GroupController.allCases)
        #expect(try controllers([:]).available == all)
        #expect(try controllers(["cgroup.procs": "\(ThisProcess.id)\n"]).available == all)
        #expect(try controllers(["cgroup.controllers": "hugetlb memory\n"]).available == [.memory])
        let none = try controllers(["cgroup.controllers": "hugetlb\n"])
        #expect(none.available == [] && none.reason.hasSuffix("has no such controller"))
    }

    @Test(
        "are not made where they would hold no processes, or by a user who may not",
        arguments: ["threaded", "domain threaded"])
    func threaded(type: String) throws {
        let (directory, group) = try group(["cgroup.type": type + "\n"])
        try withExtendedLifetime(directory) {
            guard case .none(let reason) = ControlGroupSite.site(of: group) else { throw SystemError("site", code: 0) }
            #expect(reason == "'\(group.path)' is of the type '\(type)'")
            try directory.write("domain\n", to: "cgroup.type")
            guard case .own(group, let controllers) = ControlGroupSite.site(of: group) else {
                throw SystemError("site", code: 0)
            }
            #expect(controllers.available == Set(GroupController.allCases))
            let gone = ControlGroup("\(group.path)/gone")
            guard case .none(let reason) = ControlGroupSite.site(of: gone) else { throw SystemError("site", code: 0) }
            #expect(reason == "'\(gone.path)' is not there")
        }
    }

    @Test("have none where another process is in the group, but for those that are enabled already")
    func crowded() throws {
        let crowd = "1\n\(ThisProcess.id)\n"
        let refused = try controllers(["cgroup.procs": crowd])
        #expect(refused.available == [])
        #expect(refused.reason.hasPrefix("process 1 is in '"))
        #expect(refused.reason.hasSuffix("' with cronsupd, which needs a group of its own"))
        let enabled = try controllers(["cgroup.procs": crowd, "cgroup.subtree_control": "memory pids\n"])
        #expect(enabled.available == [.memory, .pids])
    }

    @Test("lie beside the daemon's own group if that was made for the daemon alone")
    func supervisor() {
        #expect(ControlGroupSite.root(of: ControlGroup("/g/cronsupd.service")).path == "/g/cronsupd.service")
        let supervisor = ControlGroup("/g/cronsupd.service/cronsupd-supervisor")
        #expect(ControlGroupSite.root(of: supervisor).path == "/g/cronsupd.service")
    }

    // MARK: Limits

    @Test("are refused with the file that could not be written, and leave nothing behind")
    func unwritable() throws {
        let (directory, own) = try group([:])
        let groups = try WorkerGroups(own: own, key: "key")
        try withExtendedLifetime(directory) {
            var limits = ControlGroupLimits()
            limits.memory = 1 << 30
            // A directory of the disk: the kernel puts no files into those below it.
            #expect {
                try groups.makeLeaf(for: try id("app:job"), limits)
            } throws: { error in
                (error as? SystemError)?.object == "\(own.path)/cronsupd-supervisor/cgroup.procs"
            }
            #expect(try groups.base.children() == [])
            let leaf = try groups.makeLeaf(for: try id("app:job"), ControlGroupLimits())
            #expect(try groups.base.children() == [String(leaf.name)])
            #expect(!groups.ranOutOfMemory(leaf))
            groups.retire(leaf, at: Clock.monotonic())
            _ = groups.close()
            #expect(try own.children() == ["cronsupd-supervisor"])
        }
    }

    // MARK: F21

    @Test("are written into the group's files; where the kernel has no file for swap, that is no error")
    func written() throws {
        var limits = ControlGroupLimits()
        (limits.memory, limits.processes) = (1 << 26, 10)
        for hasSwap in [true, false] {
            let directory = try TemporaryDirectory()
            let files = ["memory.max", "memory.oom.group", "pids.max"] + (hasSwap ? ["memory.swap.max"] : [])
            for file in files { try directory.write("", to: file) }
            let leaf = ControlGroup(directory.path)
            try WorkerGroups.bound(leaf, by: limits)
            #expect(try leaf.read("memory.max") == "67108864" && leaf.read("pids.max") == "10")
            #expect((try? leaf.read("memory.swap.max")) == (hasSwap ? "0" : nil))
            try FileSystem.remove("\(directory.path)/pids.max")
            #expect(throws: SystemError.self, "any other file must be there") {
                try WorkerGroups.bound(leaf, by: limits)
            }
        }
    }

    @Test(
        "keep what is past a job's memory out of swap",
        .enabled(if: RealControlGroups.hasMemory, RealControlGroups.needMemory))
    func swap() throws {
        let groups = try WorkerGroups(
            own: try #require(RealControlGroups.own), key: "test-\(ThisProcess.id)-swap")
        defer { _ = groups.close() }
        var limits = ControlGroupLimits()
        limits.memory = 1 << 26
        for (swap, text) in [(nil, "0\n"), (1 << 20, "1048576\n")] as [(UInt64?, String)] {
            limits.swap = swap
            let leaf = try groups.makeLeaf(for: try id("n:a"), limits)
            #expect(try leaf.read("memory.max") == "67108864\n")
            #expect(try !leaf.has("memory.swap.max") || leaf.read("memory.swap.max") == text)
            groups.retire(leaf, at: Clock.monotonic())
        }
    }

    @Test("need groups, and a job whose limits need one is not run without")
    func without() throws {
        #expect(try WorkerGroups.goWithout(ControlGroupLimits()) == nil)
        var limits = ControlGroupLimits()
        limits.processorTime = 50_000
        #expect {
            try WorkerGroups.goWithout(limits)
        } throws: { error in
            "\(error)" == "control group 'cpu': the job's limits need one, and there are none"
        }
    }

    // MARK: Ends

    @Test("that are in the way for another reason than a process are let go")
    func stubborn() throws {
        let directory = try TemporaryDirectory()
        try directory.write("", to: "leaf/cgroup.procs")
        var leaving = LeavingGroups()
        leaving.add(ControlGroup("\(directory.path)/leaf"), at: MonotonicInstant(nanoseconds: 0))
        #expect(leaving.isEmpty && leaving.deadline == .distantFuture)
    }

    @Test(
        "are tried again until they are empty, and named once if that takes long",
        .enabled(if: RealControlGroups.own != nil, RealControlGroups.need))
    func leaving() throws {
        let group = try #require(RealControlGroups.own).child("cronsupd-test-\(ThisProcess.id)-leaving")
        try group.create()
        let pid = try RealControlGroups.start(["-c", "exec sleep 1000"], in: group)
        var leaving = LeavingGroups()
        var now = MonotonicInstant(nanoseconds: 0)
        leaving.watch(group, sparing: [], at: now)
        #expect(leaving.deadline == now + .milliseconds(5))
        #expect(leaving.advance(at: now) == [] && group.treeProcesses() == [pid])
        now = now + .seconds(6)
        // It is busy at this moment, and killed by the try.
        #expect(leaving.advance(at: now) == [group])
        #expect(try Children.collect(pid).isKill)
        var named: [ControlGroup] = []
        let isGone = eventually {
            now = now + .seconds(1)
            named += leaving.advance(at: now)
            return leaving.isEmpty
        }
        #expect(isGone && named == [] && !group.exists)
    }

    @Test("with a process that is spared are left alone as long as it is in there")
    func spared() throws {
        let directory = try TemporaryDirectory()
        let group = ControlGroup("\(directory.path)/leaf")
        try group.create()
        try directory.write("17\n", to: "leaf/cgroup.procs")
        var leaving = LeavingGroups()
        leaving.watch(group, sparing: [17], at: MonotonicInstant(nanoseconds: 0))
        for seconds in 1...20 {
            #expect(leaving.advance(at: MonotonicInstant(nanoseconds: Int64(seconds) * 10_000_000_000)) == [])
        }
        #expect(!leaving.isEmpty && group.exists)
    }

    // MARK: The kernel's own

    @Test(
        "of an earlier life are ended, but for those with a process that is spared, which go when that does",
        .enabled(if: RealControlGroups.own != nil, RealControlGroups.need))
    func sweep() throws {
        let own = try #require(RealControlGroups.own)
        let groups = try WorkerGroups(own: own, key: "test-\(ThisProcess.id)")
        defer { _ = groups.close() }
        let leaves = try ["n:a", "n:b", "n:c"].map { try groups.makeLeaf(for: try id($0), ControlGroupLimits()) }
        // Two processes from the moment at which there are two.
        let sleepers = ["-c", "setsid sleep 1000 & exec sleep 1000"]
        // A process of the first one has made a group below it.
        let below = leaves[0].child("below")
        try below.create()
        let pids = try [below, leaves[1]].map { try RealControlGroups.start(sleepers, in: $0) }
        #expect(eventually { leaves.map { $0.treeProcesses().count } == [2, 2, 0] })

        let result = try groups.sweep(sparing: [pids[1]])
        #expect(result.killed == 2 && result.stuck == [] && result.spared == [leaves[1]])
        #expect(leaves.map(\.exists) == [false, true, false])
        #expect(try Children.collect(pids[0]).isKill)
        var now = Clock.monotonic() + .seconds(10)
        #expect(groups.advance(at: now) == [] && leaves[1].treeProcesses().count == 2)

        // What it leaves behind is not spared.
        Children.signal(pids[1], .kill)
        _ = try Children.collect(pids[1])
        #expect(leaves[1].treeProcesses().count == 1)
        let isGone = eventually {
            now = now + .seconds(1)
            return groups.advance(at: now) == [] && !leaves[1].exists
        }
        #expect(isGone)
        #expect(groups.deadline == .distantFuture)
    }

    /// In a process of its own, which moves.
    @Test(
        "with controllers make the daemon leave its group, where no process may be beside them",
        .enabled(if: RealControlGroups.controller != nil, RealControlGroups.needController))
    func controllers() async {
        await #expect(processExitsWith: .success) {
            let own = try #require(RealControlGroups.own)
            let controller = try #require(RealControlGroups.controller)
            let wasEnabled = try own.enabledControllers().contains(controller)
            let delegated = own.child("cronsupd-test-\(ThisProcess.id)-delegated")
            try delegated.create()
            if !wasEnabled { try own.write("+\(controller)", to: "cgroup.subtree_control") }
            try delegated.enter()
            do {
                let groups = try WorkerGroups(own: delegated, key: "key")
                try groups.enable([controller])
                let supervisor = delegated.child("cronsupd-supervisor")
                #expect(try supervisor.processes() == [ThisProcess.id])
                #expect(try delegated.enabledControllers() == [controller])
                let leaf = try groups.makeLeaf(for: try #require(EntryID("n:a")), ControlGroupLimits())
                #expect(try leaf.controllers() == [controller])
                let pid = try RealControlGroups.start(["-c", "exec sleep 1000"], in: leaf)
                groups.retire(leaf, at: Clock.monotonic())
                #expect(try Children.collect(pid).isKill)
                _ = groups.close()
                #expect(try delegated.children() == ["cronsupd-supervisor"])
            }
            try own.enter()
            try delegated.removeTree()
            if !wasEnabled { try own.write("-\(controller)", to: "cgroup.subtree_control") }
        }
    }
}
