import Clocks
import Jobs
import Kernel
import Shared

/// The worker's loop: timer, function, report.
struct Worker: ~Copyable {
    private let definition: WorkerDefinition
    private let runner: FunctionRunner
    private let control: ControlChannel
    private let reports: ReportChannel
    private let guardian: ParentGuard
    private let timer: SlotTimer
    private let grid: IntervalGrid
    private let directory: String
    /// Every slot up to this one has its outcome.
    private var accounted: MonotonicInstant
    private var runs: Int64

    /// Before a longer one it pays to give memory back.
    private static var longSleep: Nanoseconds { .seconds(5) }

    init(
        definition: WorkerDefinition, function: JobCatalog.Function, control: ControlChannel,
        reports: ReportChannel, guardian: ParentGuard
    ) throws(SystemError) {
        self.definition = definition
        runner = FunctionRunner(function)
        self.control = control
        (self.reports, self.guardian) = (reports, guardian)
        timer = try SlotTimer()
        grid = definition.header.grid
        directory = Self.directory(of: definition.header.file)
        (accounted, runs) = (definition.header.accounted, definition.header.runs)
    }

    private static func directory(of file: String) -> String {
        guard let slash = file.lastIndex(of: "/") else { return "." }
        return slash == file.startIndex ? "/" : String(file[..<slash])
    }

    /// Runs the function at each slot until the daemon closes the control pipe.
    mutating func serve() throws {
        reports.send(.ready(.init(next: nextSlot(at: Clock.monotonic()))))
        while !control.isClosed, guardian.parentLives() {
            let now = Clock.monotonic()
            if let due = grid.last(through: now), due > accounted {
                try run(slot: due, at: now)
            } else {
                try wait(until: grid.next(after: now))
            }
        }
        // The daemon lives on, and what its slots came to must not be lost with this process.
        try reports.drain()
        reports.send(.stopped(runs: runs))
        try reports.drain()
    }

    /// The slot that comes due next, or the last one if it is due already and has not been run: it is made up for, late.
    private func nextSlot(at now: MonotonicInstant) -> MonotonicInstant {
        if let due = grid.last(through: now), due > accounted { return due }
        return grid.next(after: now)
    }

    /// Waits for the daemon until `slot`.
    private mutating func wait(until slot: MonotonicInstant) throws {
        try timer.set(slot)
        var poll = Poll()
        poll.add(control.pollHandle, for: .read)
        poll.add(timer.pollHandle, for: .read)
        if !reports.flush() { poll.add(reports.pollHandle, for: .write) }
        if slot - Clock.monotonic() >= Self.longSleep { ThisProcess.releaseFreeMemory() }
        try poll.wait(nil)
        if poll.isReady(0) { try obey() }
    }

    private mutating func obey() throws {
        var runsAskedFor = 0
        try control.receive { command in
            switch command {
            case .ping(let token): reports.send(.pong(token: token))
            case .run: runsAskedFor += 1
            case .definition: throw WireError.syntax("a second definition; expected run or ping")
            }
        }
        for _ in 0..<runsAskedFor { try run(slot: nil, at: Clock.monotonic()) }
    }

    private mutating func run(slot: MonotonicInstant?, at start: MonotonicInstant) throws {
        guardian.suspend()
        runs += 1
        let lateness = slot.map { start - $0 } ?? .zero
        if let slot { accounted = slot }
        reports.send(.begin(.init(run: runs, slot: slot, next: grid.next(after: start), lateness: lateness)))
        let (isOK, text) = try call(slot: slot, lateness: lateness)
        let end = Clock.monotonic()
        let next = grid.next(after: end)
        reports.send(
            .end(
                .init(
                    run: runs, slot: slot, next: next, lateness: lateness, duration: end - start, isOK: isOK,
                    text: text)))
        skipSlots(after: start, through: end, next: next)
        guardian.resume()
    }

    /// Slots that came due during the run are not made up for: a burst of late runs helps nobody.
    private mutating func skipSlots(
        after start: MonotonicInstant, through end: MonotonicInstant, next: MonotonicInstant
    ) {
        guard let last = grid.last(through: end), last > start else { return }
        reports.send(
            .init(first: grid.next(after: start), last: last, next: next), count: grid.count(after: start, through: end)
        )
        accounted = last
    }

    private mutating func call(slot: MonotonicInstant?, lateness: Nanoseconds) throws -> (isOK: Bool, text: String) {
        let wall = Clock.wall()
        let context = JobContext(
            entry: definition.header.entry, run: runs,
            slot: slot == nil ? nil : WallInstant(nanoseconds: wall.nanoseconds - lateness.count),
            meta: definition.meta, data: definition.data, logger: logger(), directory: directory)
        return try runner.call(context, control: control, reports: reports)
    }

    private func logger() -> JobLogger {
        JobLogger { [reports, runs] level, message, fields in
            reports.send(.log(.init(level: level, run: runs, message: message, fields: fields)))
        }
    }
}
