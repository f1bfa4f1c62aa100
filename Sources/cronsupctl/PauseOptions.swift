import ArgumentParser
import Crontool
import Wire

/// What a pause is for.
struct PauseOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("The IDs of jobs.", valueName: "running-job"))
    var jobs: [String] = []

    @Option(help: ArgumentHelp("All jobs of this concurrency group, also those that come later.", valueName: "name"))
    var group: String?

    @Flag(help: "All jobs, also those that come later.")
    var all = false

    func validate() throws {
        let count = (jobs.isEmpty ? 0 : 1) + (group == nil ? 0 : 1) + (all ? 1 : 0)
        guard count == 1 else { throw ValidationError("expected the IDs of jobs, --group, or --all") }
    }

    /// What is asked for one after the other.
    func scopes() throws(DaemonFailure) -> [PauseScope] {
        if jobs.isEmpty { return [group.map { .group($0) } ?? .all] }
        var scopes: [PauseScope] = []
        for job in jobs { scopes.append(.job(try StatusQuery.entry(job))) }
        return scopes
    }

    /// Asks for each, also where one before it is refused. The first refusal is thrown at the end, and the others are complained of.
    func each(_ client: DaemonClient, _ ask: (PauseScope) throws(DaemonFailure) -> Void) throws {
        var first: DaemonFailure?
        for scope in try scopes() {
            do throws(DaemonFailure) {
                try ask(scope)
            } catch {
                var failure = error
                if case .job(let entry) = scope { failure = StatusQuery(client).hinted(error, entry) }
                guard case .refused = failure else { throw failure }
                if first == nil { first = failure } else { Ending.complain("\(failure)") }
            }
        }
        if let first { throw first }
    }
}
