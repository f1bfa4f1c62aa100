import Clocks
import Host
import Kernel
import Registry
import Shared

/// Reads the registry again while the loop goes on: waits until nobody writes to it, asks a new worker program for its
/// catalog, and loads it. Nothing changes before all of it is known to be right.
final class Reloader {
    enum Result {
        case loaded(LoadedJobs)
        /// The registry has errors.
        case refused([Diagnostic])
        case failed(String)
    }

    private enum State {
        case idle
        /// Reads at `next`; gives up at `end`.
        case settling(next: MonotonicInstant, end: MonotonicInstant)
        case asking(CatalogQuery, RegistryReader.Reading, end: MonotonicInstant)
    }

    private let path: String
    private let program: WorkerProgram
    private let loop: PollLoop
    private let reserve: DescriptorReserve
    private let mostJobs: Int
    private var state = State.idle
    private var isRequestedAgain = false
    private var functions: Set<String>
    private var workerIdentity: FileIdentity?

    /// A registry that was written to more recently may be half-written.
    private static let quietTime = Nanoseconds.milliseconds(200)
    private static let retryInterval = Nanoseconds.milliseconds(50)
    private static let patience = Nanoseconds.seconds(10)

    init(
        path: String, program: WorkerProgram, functions: Set<String>, loop: PollLoop, mostJobs: Int
    ) {
        (self.path, self.program, self.functions, self.loop, self.mostJobs) = (path, program, functions, loop, mostJobs)
        workerIdentity = program.identity
        reserve = DescriptorReserve()
        reserve.fill()
    }

    /// When `advance` has something to do.
    var deadline: MonotonicInstant {
        switch state {
        case .idle: .distantFuture
        case .settling(let next, _): next
        case .asking(_, _, let end): end
        }
    }

    /// Whether no reload is under way.
    var isIdle: Bool { if case .idle = state { true } else { false } }

    /// One that comes during another leads to one more when that is done.
    func request(at now: MonotonicInstant) {
        if isIdle { state = .settling(next: now, end: now + Self.patience) } else { isRequestedAgain = true }
    }

    /// Gives up the reload that is under way.
    func cancel() {
        if case .asking(let query, _, _) = state { finish(query) }
        (state, isRequestedAgain) = (.idle, false)
    }

    /// To be called when the deadline is past or the catalog's answer is there. Returns what came of the reload, when it is
    /// done.
    func advance(at now: MonotonicInstant, wall: WallInstant) -> Result? {
        reserve.release()
        defer { reserve.fill() }
        let result: Result?
        switch state {
        case .idle: result = nil
        case .settling(let next, let end): result = now < next ? nil : read(at: now, wall, end)
        case .asking(let query, let reading, let end): result = receive(query, reading, now, end)
        }
        guard let result else { return nil }
        state = isRequestedAgain ? .settling(next: now, end: now + Self.patience) : .idle
        isRequestedAgain = false
        return result
    }

    private func read(at now: MonotonicInstant, _ wall: WallInstant, _ end: MonotonicInstant) -> Result? {
        do throws(RegistryReader.Failure) {
            if let reading = try RegistryReader.read(path), Self.isQuiet(reading.modified, wall) {
                return checkWorker(reading, at: now)
            }
        } catch {
            return .failed(error.description)
        }
        guard now < end else {
            return .failed(
                "'\(path)' is still being written to after \(DurationText.format(Self.patience)); "
                    + "expected \(DurationText.format(Self.quietTime)) without a change")
        }
        state = .settling(next: now + Self.retryInterval, end: end)
        return nil
    }

    /// A time of change in the future says that the clock was set back, and nothing of the registry. One so long ago that
    /// its age wraps around looks like one.
    private static func isQuiet(_ modified: WallInstant, _ wall: WallInstant) -> Bool {
        let age = wall.nanoseconds &- modified.nanoseconds
        return age < 0 || age >= quietTime.count
    }

    private func checkWorker(_ reading: RegistryReader.Reading, at now: MonotonicInstant) -> Result? {
        if let identity = program.identity, identity == workerIdentity { return load(reading) }
        do throws(SystemError) {
            let query = try CatalogQuery(program)
            try loop.poller.add(query.output.descriptor, token: EventToken.catalogQuery.packed, for: .read)
            state = .asking(query, reading, end: now + CatalogQuery.timeout)
            return nil
        } catch {
            return .failed(error.description)
        }
    }

    private func receive(
        _ query: CatalogQuery, _ reading: RegistryReader.Reading, _ now: MonotonicInstant, _ end: MonotonicInstant
    ) -> Result? {
        guard query.receive() else {
            guard now >= end else { return nil }
            finish(query)
            return .failed("'\(program.path) \(WireFormat.catalogArgument)' did not answer in time")
        }
        finish(query)
        do throws(CatalogQuery.Failure) {
            functions = try query.functions()
        } catch {
            return .failed(error.description)
        }
        workerIdentity = program.identity
        return load(reading)
    }

    /// Its exit is collected with those of the workers.
    private func finish(_ query: CatalogQuery) {
        loop.poller.remove(query.output.descriptor)
        query.kill()
    }

    private func load(_ reading: RegistryReader.Reading) -> Result {
        let loaded = LoadedJobs.load(
            reading.files, functions: functions, zones: ZoneDirectory().source, mostJobs: mostJobs)
        return loaded.errors.isEmpty ? .loaded(loaded) : .refused(loaded.errors)
    }
}
