import Clocks
import Host
import Kernel
import Links
import Model
import Registry
import Values

/// Reads the registry again while the loop goes on: waits until nobody writes to it, loads it, and asks the workers'
/// programs for its functions. Nothing changes before all of it is known to be right.
final class Reloader {
    enum Result {
        case loaded(LoadedJobs, RegistrySnapshot?, WorkerPrograms, RegistrySite)
        /// The registry has errors.
        case refused([Diagnostic])
        case failed(String)
    }

    private enum State {
        case idle
        /// Reads at `next`; gives up at `end`.
        case settling(next: MonotonicInstant, end: MonotonicInstant)
        case asking(FunctionInquiry, RegistryCandidate, RegistrySite, end: MonotonicInstant)
    }

    private let path: String
    private let programs: WorkerPrograms
    private let loop: PollLoop
    private let children: ChildTable<Child>
    private let machine: Machine
    private let reserve: DescriptorReserve
    private let mostJobs: Int
    private let controllers: GroupControllers
    /// Of the registry in force: the paths of the files that have entries.
    var knownFiles: Set<String>
    private let isWatched: Bool
    private let isKept: Bool
    /// What the last load has read, if somebody keeps it.
    private var accepted: AcceptedRegistry?
    // What the last load has looked at. Which files of a registry there are is found before they are read, so that whatever is
    // another one by then counts as changed.
    private var survey = RegistrySurvey.unknown
    private var record = FileRecord()
    private var state = State.idle
    private var isRequestedAgain = false
    /// The current question, whose answer the loop waits for.
    private var watched: ProgramQuery?

    init(
        path: String, programs: WorkerPrograms, loop: PollLoop, children: ChildTable<Child>, mostJobs: Int,
        controllers: GroupControllers, knownFiles: Set<String>, isWatched: Bool = false,
        isKept: Bool = false, machine: Machine
    ) {
        (self.path, self.programs, self.loop, self.mostJobs) = (path, programs, loop, mostJobs)
        (self.children, self.machine) = (children, machine)
        (self.controllers, self.knownFiles) = (controllers, knownFiles)
        (self.isWatched, self.isKept) = (isWatched, isKept)
        reserve = DescriptorReserve()
        reserve.fill()
    }

    /// When `advance` has something to do.
    var deadline: MonotonicInstant {
        switch state {
        case .idle: .distantFuture
        case .settling(let next, _): next
        case .asking(let inquiry, _, _, _): inquiry.deadline
        }
    }

    /// What the last load has looked at, if somebody watches that.
    var files: FilesRead { FilesRead(path, survey, record.marks) }

    /// What the load that is over has accepted, once.
    func takeAccepted() -> AcceptedRegistry? {
        defer { accepted = nil }
        return accepted
    }

    /// Whether no reload is under way.
    var isIdle: Bool { if case .idle = state { true } else { false } }

    /// One that comes during another leads to one more when that is done.
    func request(at now: MonotonicInstant) {
        if isIdle { state = .settling(next: now, end: now + RestingFiles.patience) } else { isRequestedAgain = true }
    }

    /// Frees descriptors for something else that must work when there are no more, until `keepReserve`.
    func lendReserve() { reserve.release() }

    /// Gives up the reload that is under way.
    func cancel() {
        if case .asking(let inquiry, _, _, _) = state { inquiry.cancel() }
        unwatch()
        (state, isRequestedAgain) = (.idle, false)
    }

    /// Sets descriptors aside again that were not free when the last reload was over. To be called in every round.
    func keepReserve() { reserve.fill() }

    /// To be called when the deadline is past or a worker's program has answered. Returns what came of the reload, when it is
    /// done.
    func advance() -> Result? {
        reserve.release()
        defer { reserve.fill() }
        let now = machine.now
        let result: Result?
        switch state {
        case .idle: result = nil
        case .settling(let next, let end): result = now < next ? nil : read(at: now, end)
        case .asking(let inquiry, let candidate, let site, let end):
            result = ask(inquiry, candidate, site, at: now, end)
        }
        guard let result else { return nil }
        state = isRequestedAgain ? .settling(next: now, end: now + RestingFiles.patience) : .idle
        isRequestedAgain = false
        return result
    }

    private func read(at now: MonotonicInstant, _ end: MonotonicInstant) -> Result? {
        record = FileRecord()
        if isWatched { survey = .take(path, programs.trust) }
        do {
            let disk = TrustedFiles(programs.trust)
            if let reading = try RegistryReader.read(path, from: disk), isQuiet(reading.modified),
                let candidate = candidate(reading), let site = try RegistrySite.find(path, reading)
            {
                return check(candidate, site, at: now, end)
            }
        } catch let error as RegistryReader.Failure {
            return failed(error, mayPass: error.shortage != nil)
        } catch {
            return failed(error, mayPass: true)
        }
        return tryAgain(at: now, end)
    }

    private func tryAgain(at now: MonotonicInstant, _ end: MonotonicInstant) -> Result? {
        guard now < end else {
            survey = .unknown
            return .failed(
                "'\(path)', or an environment or Lua file that it names, is still being written to after \(DurationText.format(RestingFiles.patience)); "
                    + "expected \(DurationText.format(RestingFiles.quietTime)) without a change")
        }
        state = .settling(next: now + RestingFiles.retryInterval, end: end)
        return nil
    }

    /// To be asked after the files were read.
    private func isQuiet(_ modified: WallInstant) -> Bool {
        RestingFiles.areQuiet(modified, machine.moment().wall)
    }

    /// `nil`: a file that it names was written to a moment ago.
    private func candidate(_ reading: RegistryReader.Reading) -> RegistryCandidate? {
        let disk = TrustedFiles(programs.trust, record)
        let reader = EnvironmentFileReader(disk)
        let crontabs = CrontabFileReader(disk, runsJobs: true)
        let candidate = RegistryCandidate(
            reading.files, ignored: reading.ignored, knownFiles: knownFiles, zones: ZoneDirectory().source,
            accounts: .host, environmentFiles: reader.source, crontabs: crontabs.source, controllers: controllers,
            programs: .host)
        candidate.notePrograms(on: disk)
        accepted = isKept ? AcceptedRegistry(path, files: reading.files, crontabs: crontabs.readings) : nil
        return isQuiet(max(reader.modified, crontabs.modified)) ? candidate : nil
    }

    private func check(
        _ candidate: RegistryCandidate, _ site: RegistrySite, at now: MonotonicInstant, _ end: MonotonicInstant
    ) -> Result? {
        do {
            let inquiry = FunctionInquiry(
                about: candidate.functions, libraries: candidate.found.libraries, programs.renewed(),
                try SharedRegistry(candidate.load.snapshot), machine)
            state = .asking(inquiry, candidate, site, end: end)
            return ask(inquiry, candidate, site, at: now, end)
        } catch {
            return failed(error, mayPass: (error as? SystemError)?.isShortage == true)
        }
    }

    /// `mayPass`: the files are not the reason.
    private func failed(_ error: any Error, mayPass: Bool) -> Result {
        if mayPass { survey = .unknown }
        return .failed("\(error)")
    }

    private func ask(
        _ inquiry: FunctionInquiry, _ candidate: RegistryCandidate, _ site: RegistrySite, at now: MonotonicInstant,
        _ end: MonotonicInstant
    ) -> Result? {
        do {
            let answers = try inquiry.advance(at: now)
            try watchAnswer(of: inquiry)
            guard let answers else { return nil }
            var loaded = LoadedJobs(candidate, answers, mostJobs: mostJobs)
            let disk = TrustedFiles(programs.trust, record)
            // One that has changed since it was checked is checked again, whatever was wrong with it.
            guard let texts = try CheckedTexts.read(answers.files, from: disk, isQuiet: isQuiet) else {
                return tryAgain(at: now, end)
            }
            guard loaded.errors.isEmpty else {
                accepted = nil
                return .refused(loaded.errors)
            }
            loaded.texts = texts
            accepted?.texts = texts
            return .loaded(loaded, candidate.load.snapshot, inquiry.programs, site)
        } catch {
            inquiry.cancel()
            unwatch()
            return failed(error, mayPass: (error as? SystemError)?.isShortage == true)
        }
    }

    private func watchAnswer(of inquiry: FunctionInquiry) throws(SystemError) {
        guard watched !== inquiry.query else { return }
        unwatch()
        guard let query = inquiry.query, let output = query.answer.end else { return }
        try loop.poller.add(output.value, token: EventToken.functionAnswer.packed, for: .read)
        children[query.pid] = .query(query)
        watched = query
    }

    private func unwatch() {
        if let output = watched?.answer.end { loop.poller.remove(output.value) }
        watched = nil
    }
}
