import Clocks
import Host
import Links
import Logging
import Model
import Schedules
import TestSupport
import Wire

@testable import Daemon
@testable import Kernel

/// A pool of workers with its loop, on a played kernel.
final class PlayedPool {
    let kernel = PlayedKernel()
    let loop: PollLoop
    let children: ChildTable<Child>
    let pool: WorkerPool
    private let directory: TemporaryDirectory
    private let log: PlayedLog

    init() throws {
        directory = try TemporaryDirectory()
        log = try PlayedLog()
        let machine = kernel.machine
        loop = try PollLoop(machine)
        children = ChildTable(machine)
        pool = WorkerPool(
            loop: loop, children: children, programs: try kernel.programs(), registry: try SharedRegistry(nil),
            runtime: try RuntimeDirectory(in: "\(directory.path)/run", key: RuntimePlace.key(of: directory.path)),
            groups: nil,
            stopTimeout: .seconds(10), log: log.log, machine: machine)
        pool.makeEarlyCalls()
    }

    func removeRuntimeDirectory() { directory.remove("run") }

    /// As `Daemon.turn`.
    func turn() throws {
        try loop.turn(until: .distantFuture) { source throws(SystemError) in
            if case .worker(let channel, let job, let generation)? = EventToken(source) {
                pool.handle(channel, job: job, generation: generation)
            }
        }
        pool.fireDeadlines(through: loop.heard, limit: 32)
    }

    /// Lets time pass until the pool has something to do, and lets it do that.
    func passToDeadline() throws {
        kernel.now = max(kernel.now, pool.nextDeadline)
        try turn()
    }

    func reap() throws {
        pool.expectExits()
        try children.reap { pid, owner throws(SystemError) in
            if case .worker(let job)? = owner { return try pool.exited(pid, job) }
            return { _ in }
        }
    }

    /// The records so far with this in them.
    func records(_ words: String) throws -> [Substring] { try log.records(words) }

    /// A job every ten seconds whose worker is ready. Its first slot is ten seconds after its spawn, which is now.
    func start(_ id: String = "app:job.one") throws -> PlayedProcess {
        pool.add(definition(id, interval: .seconds(10)))
        try passToDeadline()
        let process = kernel.processes[kernel.processes.count - 1]
        try process.say(.ready(.init(next: slot(10))))
        try turn()
        return process
    }

    /// So many seconds from now.
    func slot(_ seconds: Int64) -> SlotInstant {
        SlotInstant(nanoseconds: (kernel.now + .seconds(seconds)).nanoseconds)
    }
}
