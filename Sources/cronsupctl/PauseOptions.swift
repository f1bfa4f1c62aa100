import ArgumentParser
import Crontool
import Wire

/// What a pause is for.
struct PauseOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("The ID of the job.", valueName: "running-job"))
    var job: String?

    @Option(help: ArgumentHelp("All jobs of this concurrency group, also those that come later.", valueName: "name"))
    var group: String?

    @Flag(help: "All jobs, also those that come later.")
    var all = false

    func validate() throws {
        let count = (job == nil ? 0 : 1) + (group == nil ? 0 : 1) + (all ? 1 : 0)
        guard count == 1 else { throw ValidationError("expected the ID of a job, --group, or --all") }
    }

    func scope() throws(DaemonFailure) -> PauseScope {
        if let job { return .job(try StatusQuery.entry(job)) }
        return group.map { .group($0) } ?? .all
    }

    /// With what was probably meant.
    func hinted(_ failure: DaemonFailure, _ client: DaemonClient) -> DaemonFailure {
        guard let job, let entry = try? StatusQuery.entry(job) else { return failure }
        return StatusQuery(client).hinted(failure, entry)
    }
}
