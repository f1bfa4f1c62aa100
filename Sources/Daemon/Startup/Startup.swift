import Host
import Kernel
import Registry
package import Shared

/// From the configuration to everything that a run or a dry run needs.
package struct Startup {
    package let program: WorkerProgram
    package let functions: Set<String>
    package let loaded: LoadedJobs
    package let mostJobs: Int
    package let localZone: ZoneRules

    /// Reads and checks the registry, and asks the worker for its catalog.
    ///
    /// - Throws: what stands in the way of doing so; errors in the registry are in `loaded`.
    package init(_ configuration: Configuration) throws {
        let original = try OpenFilesLimit.current()
        mostJobs = DescriptorBudget.mostJobs(try OpenFilesLimit.raise())
        program = WorkerProgram(path: configuration.worker, openFiles: original)
        let reading = try Self.readThrowingShortages(configuration.registry)
        functions = try CatalogQuery.ask(program)
        let zones = ZoneDirectory().source
        localZone = (try? zones.zone(nil).rules) ?? .utc
        loaded = LoadedJobs.load(reading.files, functions: functions, zones: zones, mostJobs: mostJobs)
    }

    private static func readThrowingShortages(_ path: String) throws -> RegistryReader.Reading {
        do throws(RegistryReader.Failure) {
            return try RegistryReader.readPatiently(path)
        } catch {
            if let shortage = error.shortage { throw shortage }
            throw error
        }
    }
}
