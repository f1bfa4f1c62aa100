import Clocks
import Host
import Kernel
import Model
import Registry
package import Schedules

/// From the configuration to everything that a run or a dry run needs.
package struct Startup {
    package let programs: WorkerPrograms
    /// `nil`: nothing is to be started.
    package let runtime: RuntimeDirectory?
    let registryLock: RegistryLock?
    package let loaded: LoadedJobs
    package let registry: SharedRegistry
    package let mostJobs: Int
    package let localZone: ZoneRules
    /// Where the workers' control groups can be.
    package let groups: ControlGroupSite
}

extension Startup {
    /// Reads and checks the registry, and asks the workers' programs for its functions.
    ///
    /// - Throws: what stands in the way of doing so, `RuntimeFailure`, or `StartInterrupted`; errors in the registry are in `loaded`.
    package init(_ configuration: Configuration) throws {
        let original = try OpenFilesLimit.current()
        mostJobs = DescriptorBudget.mostJobs(try OpenFilesLimit.raise())
        let trust = try Trust(naming: configuration.trustedOwners)
        let (reading, site) = try Self.readWithSite(configuration.registry, trust)
        // In front of all that is started: another daemon may have the registry.
        runtime = try configuration.runtimeDirectory.map {
            try RuntimeDirectory(in: $0, registry: configuration.registry, trust: trust)
        }
        registryLock = try runtime.map { _ in try RegistryLock(site) }
        programs = WorkerPrograms(
            standard: configuration.worker, openFiles: original, mark: runtime?.mark, trust: trust)
        groups = .survey()
        localZone = (try? ZoneDirectory().source.zone(nil).rules) ?? .utc
        var (candidate, asked, checked, read) = try Self.checked(
            reading, site, configuration.registry, programs, groups.controllers, mostJobs: mostJobs)
        if let registryLock { registryLock.adopt(try registryLock.take(read)) }
        registry = checked.texts.size == 0 ? asked : try SharedRegistry(candidate.load.snapshot, checked.texts)
        // They would stay as long as this does.
        checked.texts = SourceTexts()
        loaded = checked
    }

    /// Reads and asks again if a file of Lua has changed since it was checked, and while there are errors in what somebody is
    /// writing. A start with nothing wrong waits for no quiet time.
    private static func checked(
        _ reading: RegistryReader.Reading, _ site: RegistrySite, _ path: String, _ programs: WorkerPrograms,
        _ controllers: GroupControllers, mostJobs: Int,
        until end: MonotonicInstant = Clock.monotonic() + RestingFiles.patience
    ) throws -> (RegistryCandidate, SharedRegistry, LoadedJobs, RegistrySite) {
        let environment = EnvironmentFileReader(TrustedFiles(programs.trust))
        let candidate = RegistryCandidate(
            reading.files, zones: ZoneDirectory().source, accounts: .host, environmentFiles: environment.source,
            controllers: controllers)
        let asked = try SharedRegistry(candidate.load.snapshot)
        let answers = try FunctionInquiry.wait(about: candidate.functions, programs, asked)
        var loaded = LoadedJobs(candidate, answers, mostJobs: mostJobs)
        let isRight = loaded.errors.isEmpty
        func isQuiet(_ modified: WallInstant) -> Bool { isRight || RestingFiles.areQuiet(modified, Clock.wall()) }
        let disk = TrustedFiles(programs.trust)
        let texts = try CheckedTexts.read(answers.files, from: disk, isQuiet: isQuiet)
        loaded.texts = texts ?? loaded.texts
        let isFirm = (isRight || reading.isCurrent) && isQuiet(max(reading.modified, environment.modified))
        if texts != nil && isFirm || !isRight && Clock.monotonic() >= end {
            return (candidate, asked, loaded, site)
        }
        guard Clock.monotonic() < end else { throw changing }
        let signals = try SignalQueue([.terminate, .interrupt])
        var poll = Poll()
        poll.add(signals.descriptor.pollHandle, for: .read)
        try poll.wait(RestingFiles.retryInterval)
        guard try signals.take().isEmpty else { throw StartInterrupted() }
        let (again, place) = try readWithSite(path, programs.trust)
        return try checked(again, place, path, programs, controllers, mostJobs: mostJobs, until: end)
    }

    private static let mostTries = 10

    private static let changing = FunctionInquiry.Failure(
        description: "the registry's files of Lua change while they are read; expected files at rest")

    private static func readWithSite(
        _ path: String, _ trust: Trust
    ) throws -> (RegistryReader.Reading, RegistrySite) {
        for _ in 0..<mostTries {
            let reading = try readThrowingShortages(path, trust)
            if let site = try RegistrySite.find(path, reading) { return (reading, site) }
        }
        throw RegistryReader.Failure(restless: path)
    }

    private static func readThrowingShortages(_ path: String, _ trust: Trust) throws -> RegistryReader.Reading {
        do throws(RegistryReader.Failure) {
            return try RegistryReader.readPatiently(path, trust: trust)
        } catch {
            if let shortage = error.shortage { throw shortage }
            throw error
        }
    }
}
