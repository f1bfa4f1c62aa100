import Clocks
import Host
import Kernel
package import Links
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
    /// Who may ask the daemon and tell it what to do.
    package var rights = ControlRights()
    /// `nil`: no registry is kept for another start.
    var keeper: RegistryKeeper?
    /// Why the registry that runs is an earlier one; `nil`: it is not.
    var refusal: Refusal?
    /// Why no earlier registry runs, where one is kept.
    package private(set) var noFallback: String?
}

extension Startup {
    /// Reads and checks the registry, and asks the workers' programs for its functions.
    ///
    /// - Throws: what stands in the way of doing so, `RuntimeFailure`, or `StartInterrupted`; errors in the registry are in `loaded`.
    package init(_ configuration: Configuration) throws {
        try AccountSource.host.completeLogin()
        let original = try OpenFilesLimit.current()
        let most = DescriptorBudget.mostJobs(try OpenFilesLimit.raise(), hasLedger: configuration.ledger != nil)
        mostJobs = configuration.isOffline ? .max : most
        let trust = configuration.isOffline ? .unasked : try Trust(naming: configuration.trustedOwners)
        rights = try ControlRights(operators: configuration.operators, observers: configuration.observers)
        let allowed = try configuration.allowedNotes.map(Note.named)
        let isRun = configuration.runtimeDirectory != nil
        let first = try Self.readWithSite(configuration.registry, trust, isRun: isRun)
        // In front of all that is started: another daemon may have the registry.
        runtime = try configuration.runtimeDirectory.map {
            try RuntimeDirectory.open(
                in: $0, isNamed: configuration.isRuntimeDirectoryNamed, key: configuration.key, trust: trust)
        }
        registryLock = try first.site.map { try RegistryLock($0) }
        programs = WorkerPrograms(
            standard: configuration.worker, openFiles: original, mark: runtime?.mark, trust: trust)
        groups = .survey()
        localZone = (try? ZoneDirectory().source.zone(nil).rules) ?? .utc
        var (candidate, asked, checked, read) = try Self.checked(
            first, configuration, programs, isRun ? groups.controllers : groups.controllersToCheck,
            mostJobs: mostJobs)
        if let registryLock, let read { registryLock.adopt(try registryLock.take(read)) }
        keeper = RegistryKeeper(configuration, trust)
        let kept = try Self.fallback(
            from: checked, keeper, programs, groups.controllers, mostJobs: mostJobs, why: &noFallback)
        registry = try kept?.registry ?? Self.published(asked, candidate, checked)
        if checked.errors.isEmpty { keeper?.note(checked.accepted) }
        (checked, refusal) = (kept?.loaded ?? checked, kept?.refusal)
        // They would stay as long as this does.
        (checked.texts, checked.accepted) = (SourceTexts(), nil)
        if let allowed { checked.refuseNotes(allowing: allowed) }
        loaded = checked
    }

    /// The one that was asked about has no texts.
    private static func published(
        _ asked: SharedRegistry, _ candidate: RegistryCandidate, _ loaded: LoadedJobs
    ) throws -> SharedRegistry {
        loaded.texts.size == 0 ? asked : try SharedRegistry(candidate.load.snapshot, loaded.texts)
    }

    /// Reads and asks again if a file of Lua has changed since it was checked, and while there are errors in what somebody is
    /// writing. A start with nothing wrong waits for no quiet time.
    private static func checked(
        _ first: Found, _ configuration: Configuration, _ programs: WorkerPrograms, _ controllers: GroupControllers,
        mostJobs: Int
    ) throws -> (RegistryCandidate, SharedRegistry, LoadedJobs, RegistrySite?) {
        let end = Clock.monotonic() + RestingFiles.patience
        var found = first
        while true {
            let (candidate, asked, loaded, isFirm) = try look(
                at: found.reading, configuration, programs, controllers, mostJobs: mostJobs)
            if isFirm || !loaded.errors.isEmpty && Clock.monotonic() >= end {
                return (candidate, asked, loaded, found.site)
            }
            guard Clock.monotonic() < end else { throw changing }
            try rest()
            found = try readWithSite(configuration.registry, programs.trust, isRun: found.site != nil)
        }
    }

    /// `isFirm`: what was found stands.
    private static func look(
        at reading: RegistryReader.Reading, _ configuration: Configuration, _ programs: WorkerPrograms,
        _ controllers: GroupControllers, mostJobs: Int
    ) throws -> (RegistryCandidate, SharedRegistry, LoadedJobs, isFirm: Bool) {
        let record = FileRecord()
        let disk = TrustedFiles(programs.trust, record)
        let environment = EnvironmentFileReader(disk)
        let crontabs = CrontabFileReader(disk, runsJobs: configuration.runtimeDirectory != nil)
        let candidate = candidate(reading, configuration, environment.source, crontabs.source, controllers)
        candidate.notePrograms(on: disk)
        let asked = try SharedRegistry(candidate.load.snapshot)
        let answers = try FunctionInquiry.wait(
            about: candidate.functions.filter { isAsked($0, configuration) }, libraries: candidate.found.libraries,
            programs, asked)
        var loaded = LoadedJobs(candidate, answers, mostJobs: mostJobs)
        let isRight = loaded.errors.isEmpty
        func isQuiet(_ modified: WallInstant) -> Bool { isRight || RestingFiles.areQuiet(modified, Clock.wall()) }
        disk.forget()
        let texts = try CheckedTexts.read(answers.files, from: disk, isQuiet: isQuiet)
        loaded.texts = texts ?? loaded.texts
        (loaded.survey, loaded.marks, loaded.isUntrusted) = (reading.survey, record.marks, record.isUntrusted)
        loaded.accepted = AcceptedRegistry(
            configuration.registry, files: reading.files, crontabs: crontabs.readings, texts: loaded.texts)
        let isFirm =
            (isRight || reading.isCurrent) && isQuiet(max(reading.modified, environment.modified, crontabs.modified))
        return (candidate, asked, loaded, texts != nil && isFirm)
    }

    private static func candidate(
        _ reading: RegistryReader.Reading, _ configuration: Configuration, _ environment: EnvironmentFileSource,
        _ crontabs: CrontabFileSource, _ controllers: GroupControllers
    ) -> RegistryCandidate {
        let function = configuration.function
        if configuration.isOffline {
            return RegistryCandidate(
                reading.files, ignored: reading.ignored, zones: .offline, accounts: .offline,
                environmentFiles: environment.below(configuration.place),
                crontabs: crontabs.below(configuration.place), controllers: .all,
                function: function)
        }
        return RegistryCandidate(
            reading.files, ignored: reading.ignored, zones: ZoneDirectory().source, accounts: .host,
            environmentFiles: environment, crontabs: crontabs, controllers: controllers, programs: .host,
            function: function)
    }

    /// Offline, what is no part of the registry is not looked at.
    private static func isAsked(_ function: EntryFunction, _ configuration: Configuration) -> Bool {
        guard configuration.isOffline else { return true }
        return switch function {
        case .exec, .swift(_, nil): true
        case .swift(_, .some): false
        case .lua(let function): configuration.place.has(function.file)
        }
    }

    private static func rest() throws {
        let signals = try SignalQueue([.terminate, .interrupt])
        var poll = Poll()
        poll.add(signals.descriptor.pollHandle, for: .read)
        try poll.wait(RestingFiles.retryInterval)
        guard try signals.take().isEmpty else { throw StartInterrupted() }
    }

    private static let mostTries = 10

    private static let changing = FunctionInquiry.Failure(
        description: "the registry's files of Lua change while they are read; expected files at rest")

    /// `site`: where the lock is of a registry that is to be run; a text from a pipe or a removed file has none.
    private typealias Found = (reading: RegistryReader.Reading, site: RegistrySite?)

    private static func readWithSite(_ path: String, _ trust: Trust, isRun: Bool) throws -> Found {
        for _ in 0..<mostTries {
            let reading = try readThrowingShortages(path, trust)
            guard isRun else { return (reading, nil) }
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

extension Configuration {
    fileprivate var place: RegistryPlace { RegistryPlace(registry, isDirectory: FileSystem.isDirectory(registry)) }
}
