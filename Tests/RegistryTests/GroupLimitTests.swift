import Model
import Registry
import Testing
import Values

@Suite("The limits of a job's control group")
struct GroupLimitTests {
    private func found(_ limits: String, _ available: Set<GroupController>) -> JobEntries.Found {
        let controllers = GroupControllers(available, reason: "'/g' has no such controller")
        return JobEntries.definitions(
            in: load(job(rest: "method: m, limits: {\(limits)}")), controllers: controllers)
    }

    private func limits(_ limits: String, _ available: Set<GroupController>) throws -> ControlGroupLimits {
        let found = found(limits, available)
        try #require(found.errors == [])
        return try #require(found.jobs.first).controlGroupLimits
    }

    @Test("are those of its processes, and more, where there is the controller")
    func controllers() throws {
        let text = "memory: 64MiB, processes: 10, core: 0"
        #expect(try limits(text, []).isEmpty)
        var both = ControlGroupLimits()
        (both.memory, both.processes) = (64 << 20, 10)
        #expect(try limits(text, [.memory, .pids]) == both)
        #expect(both.controllers == [.memory, .pids])
        #expect(
            both.settings.map { "\($0.file)=\($0.text)" } == [
                "memory.max=67108864", "memory.oom.group=1", "memory.swap.max=0", "pids.max=10",
            ])
        // Memory is bounded there alone, the other limits of the processes stay.
        let process = try #require(found(text, [.memory, .pids]).jobs.first).process
        #expect(process.limits == [.init(.processes, 10), .init(.core, 0)])
    }

    @Test(
        "bound memory in each process where there is no controller, and the address space as the entry says",
        arguments: [
            ("memory: 64MiB", [], 64), ("memory: 64MiB, address_space: 1GiB", [], 64),
            ("memory: 2GiB, address_space: 1GiB", [], 1_024), ("memory: 64MiB, address_space: 1GiB", [.memory], 1_024),
            ("address_space: 16MiB", [.memory], 16),
        ] as [(String, Set<GroupController>, UInt64)])
    func addressSpace(text: String, available: Set<GroupController>, mebibytes: UInt64) throws {
        let found = found(text, available)
        #expect(found.errors == [])
        #expect(found.jobs.first?.process.limits == [.init(.addressSpace, mebibytes << 20)])
    }

    @Test("without their controller are a note for who starts nothing outside of the service")
    func elsewhere() {
        var controllers = GroupControllers([], reason: "'/g' has no such controller")
        controllers.areBinding = false
        let found = JobEntries.definitions(
            in: load(job(rest: "method: m, limits: {cpu: 0.5, swap: 0}")), controllers: controllers)
        #expect(found.errors == [] && found.jobs.count == 1)
        #expect(
            found.notes.map(\.message)
                == ["cpu", "swap"].map { key in
                    "limits.\(key): the control group controller '\(key == "cpu" ? "cpu" : "memory")' is not available here: "
                        + "'/g' has no such controller. The service may have it."
                })
        #expect(self.found("cpu: 0.5", []).notes == [])
    }

    @Test(
        "give it a share of the processors",
        arguments: [
            ("0.5", "50000 100000"), ("2", "200000 100000"), ("1.25", "125000 100000"), ("0.01", "1000 100000"),
            ("10000", "1000000000 100000"),
        ])
    func processors(share: String, text: String) throws {
        let limits = try limits("cpu: \(share)", [.cpu])
        #expect(limits.settings.map { "\($0.file)=\($0.text)" } == ["cpu.max=\(text)"])
    }

    @Test(
        "allow swap as the entry says",
        arguments: [
            ("memory: 64MiB, swap: 1GiB", "memory.max=67108864 memory.oom.group=1 memory.swap.max=1073741824"),
            ("memory: 64MiB, swap: 0", "memory.max=67108864 memory.oom.group=1 memory.swap.max=0"),
            ("swap: 4096", "memory.swap.max=4096"),
        ])
    func swap(text: String, files: String) throws {
        let limits = try limits(text, [.memory])
        #expect(limits.settings.map { "\($0.file)=\($0.text)" }.joined(separator: " ") == files)
        #expect(limits.controllers == [.memory])
    }

    @Test(
        "are refused if a size of swap is none, or there is no controller for it",
        arguments: [
            ("swap: -1", [.memory], "expected a size such as 64KiB, 512MiB or 2GiB, found the number -1"),
            ("swap: 1GB", [.memory], "expected a size such as 64KiB, 512MiB or 2GiB, found the string '1GB'"),
            (
                "memory: 64MiB, swap: 1GiB", [.cpu],
                "the control group controller 'memory' is not available: '/g' has no such controller"
            ),
        ] as [(String, Set<GroupController>, String)])
    func swapRefusals(text: String, available: Set<GroupController>, message: String) {
        #expect(found(text, available).errors.map(\.message) == ["limits.swap: \(message)"])
    }

    @Test(
        "are refused if they make no sense",
        arguments: [
            ("0.009", "the number 0.009"), ("10001", "the number 10001"), ("-1", "the number -1"),
            ("50%", "the string '50%'"), (".nan", "the number .nan"), ("[1]", "a list"),
        ])
    func refusals(value: String, found: String) {
        let message = "limits.cpu: expected a number of processors from 0.01 to 10000, such as 0.5, found \(found)"
        #expect(self.found("cpu: \(value)", [.cpu]).errors.map(\.message) == [message])
        #expect(self.found("cpu: \(value)", []).errors.map(\.message) == [message])
    }

    @Test("are refused where the controller is missing, in its place and with the reason")
    func missing() throws {
        let errors = found("core: 0, cpu: 0.5", [.memory]).errors
        let reason = "'/g' has no such controller"
        #expect(
            errors.map(\.message) == ["limits.cpu: the control group controller 'cpu' is not available: \(reason)"])
        let text = job(rest: "method: m, limits: {core: 0, cpu: 0.5}")
        let line = try #require(text.split(separator: "\n").last)
        let column = try #require(errors.first).location.column
        let rest = line.dropFirst(column - 1)
        #expect(errors.first?.location.line == 3 && rest.hasPrefix("0.5"))
    }

    @Test("are part of the job: a change of them is a change of the job")
    func identity() throws {
        let jobs = [[], [.memory]].compactMap { found("memory: 1GiB", $0 as Set<GroupController>).jobs.first }
        try #require(jobs.count == 2)
        #expect(!jobs[0].isSameJob(as: jobs[1]) && jobs[0].isSameJob(as: jobs[0]))
    }
}
