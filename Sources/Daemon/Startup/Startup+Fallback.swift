import Clocks
import Host
import Kernel
import Model
import Registry
import Schedules

extension Startup {
    /// The registry of the start has errors, and an earlier one runs.
    struct Refusal: Sendable {
        let errors: [Diagnostic]
        /// When the one that runs was accepted.
        let moment: WallInstant
    }

    struct Fallback {
        let refusal: Refusal
        let registry: SharedRegistry
        let loaded: LoadedJobs
    }

    /// `nil`: there is none, or there are errors in that one too, which `why` says. One of which somebody else may have written
    /// something is no matter of a slip, and is not helped.
    static func fallback(
        from refused: LoadedJobs, _ keeper: RegistryKeeper?, _ programs: WorkerPrograms,
        _ controllers: GroupControllers, mostJobs: Int, why: inout String?
    ) throws -> Fallback? {
        guard let keeper, !refused.errors.isEmpty, !refused.isUntrusted else { return nil }
        do {
            guard let (kept, moment) = try keeper.read() else { return nil }
            var (registry, loaded) = try load(kept, programs, controllers, mostJobs: mostJobs)
            guard loaded.errors.isEmpty else {
                why = "the registry of \(moment.text) cannot run either: \(loaded.errors.summary)"
                return nil
            }
            // The real files are those to look at.
            (loaded.survey, loaded.marks) = (refused.survey, refused.marks)
            return Fallback(
                refusal: Refusal(errors: refused.errors, moment: moment), registry: registry, loaded: loaded)
        } catch let error as StartInterrupted {
            throw error
        } catch {
            why = "no earlier registry runs instead: \(error)"
            return nil
        }
    }

    /// As a load of the files at their places, with the texts that were there then.
    private static func load(
        _ kept: AcceptedRegistry, _ programs: WorkerPrograms, _ controllers: GroupControllers, mostJobs: Int
    ) throws -> (SharedRegistry, LoadedJobs) {
        let disk = TrustedFiles(programs.trust)
        let candidate = RegistryCandidate(
            kept.files, zones: ZoneDirectory().source, accounts: .host,
            environmentFiles: EnvironmentFileReader(disk).source,
            crontabs: CrontabFileReader(disk, runsJobs: true, kept: kept.crontabs).source, controllers: controllers,
            programs: .host)
        let registry = try SharedRegistry(candidate.load.snapshot, kept.texts)
        let answers = try FunctionInquiry.wait(
            about: candidate.functions, libraries: candidate.found.libraries, programs, registry)
        return (registry, LoadedJobs(candidate, answers, mostJobs: mostJobs))
    }
}

extension WallInstant {
    /// `2026-11-23T02:04:05Z`
    var text: String { "\(CivilTime(self).secondsText)Z" }
}
