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
    package let loaded: LoadedJobs
    package let registry: SharedRegistry
    package let mostJobs: Int
    package let localZone: ZoneRules
    /// Where the workers' control groups can be.
    package let groups: ControlGroupSite

    /// Reads and checks the registry, and asks the workers' programs for its functions.
    ///
    /// - Throws: what stands in the way of doing so, `RuntimeFailure`, or `StartInterrupted`; errors in the registry are in `loaded`.
    package init(_ configuration: Configuration) throws {
        let original = try OpenFilesLimit.current()
        mostJobs = DescriptorBudget.mostJobs(try OpenFilesLimit.raise())
        let trust = try Trust(naming: configuration.trustedOwners)
        let reading = try Self.readThrowingShortages(configuration.registry, trust)
        // In front of all that is started: another daemon may have the registry.
        runtime = try configuration.runtimeDirectory.map {
            try RuntimeDirectory(in: $0, registry: configuration.registry, trust: trust)
        }
        programs = WorkerPrograms(
            standard: configuration.worker, openFiles: original, mark: runtime?.mark, trust: trust)
        let zones = ZoneDirectory().source
        localZone = (try? zones.zone(nil).rules) ?? .utc
        groups = .survey()
        let candidate = RegistryCandidate(
            reading.files, zones: zones, accounts: .host,
            environmentFiles: EnvironmentFileReader(TrustedFiles(trust)).source, controllers: groups.controllers)
        let asked = try SharedRegistry(candidate.load.snapshot)
        var checked = try Self.loaded(candidate, programs, asked, mostJobs: mostJobs)
        registry = checked.texts.size == 0 ? asked : try SharedRegistry(candidate.load.snapshot, checked.texts)
        // They would stay as long as this does.
        checked.texts = SourceTexts()
        loaded = checked
    }

    /// Asks again if a file has changed since it was checked.
    private static func loaded(
        _ candidate: RegistryCandidate, _ programs: WorkerPrograms, _ registry: SharedRegistry, mostJobs: Int
    ) throws -> LoadedJobs {
        for _ in 0..<mostTries {
            let answers = try FunctionInquiry.wait(about: candidate.functions, programs, registry)
            var loaded = LoadedJobs(candidate, answers, mostJobs: mostJobs)
            guard loaded.errors.isEmpty else { return loaded }
            guard let texts = try CheckedTexts.read(answers.files, from: TrustedFiles(programs.trust)) else { continue }
            loaded.texts = texts
            return loaded
        }
        throw FunctionInquiry.Failure(
            description: "the registry's files of Lua change while they are read; expected files at rest")
    }

    private static let mostTries = 10

    private static func readThrowingShortages(_ path: String, _ trust: Trust) throws -> RegistryReader.Reading {
        do throws(RegistryReader.Failure) {
            return try RegistryReader.readPatiently(path, trust: trust)
        } catch {
            if let shortage = error.shortage { throw shortage }
            throw error
        }
    }
}
