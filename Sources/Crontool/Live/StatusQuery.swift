package import Values
package import Wire

/// Asks a daemon how its jobs stand.
package struct StatusQuery {
    private let client: DaemonClient

    package init(_ client: DaemonClient) { self.client = client }

    /// `names`: the IDs of jobs; all, if there is none.
    package func jobs(_ names: [String]) throws -> (jobs: [JobStatus], disabled: Int64) {
        if names.isEmpty { return try ask(nil) }
        var (jobs, disabled) = ([JobStatus](), Int64(0))
        for name in names {
            let (found, count) = try ask(try Self.entry(name))
            jobs += found
            disabled = count
        }
        return (jobs, disabled)
    }

    package static func entry(_ name: String) throws(DaemonFailure) -> EntryID {
        if let entry = EntryID(name) { return entry }
        let shown = PrintableText.escape(name, limit: 100)
        throw .refused(.init(.malformed, "'\(shown)' is no entry ID; expected NAMESPACE:NAME"))
    }

    private func ask(_ entry: EntryID?) throws -> ([JobStatus], Int64) {
        var jobs: [JobStatus] = []
        do throws(DaemonFailure) {
            let done = try client.ask(.status(entry: entry)) { if case .job(let job) = $0 { jobs.append(job) } }
            return (jobs, done.disabled ?? 0)
        } catch {
            throw hinted(error, entry)
        }
    }

    /// What its daemon knows of a job that its ledger has never heard of; else what was probably meant.
    package func hinted(_ failure: DaemonFailure, ofLedger entry: EntryID?) -> DaemonFailure {
        guard case .refused(let refused) = failure, refused.code == .unknown, let entry else { return failure }
        do throws(DaemonFailure) {
            try client.ask(.status(entry: entry))
            return .refused(.init(.unknown, "the ledger has nothing of '\(entry)' yet"))
        } catch {
            guard case .refused(let other) = error, other.code == .disabled else { return hinted(failure, entry) }
            return .refused(.init(.disabled, "\(refused.error); \(other.error)"))
        }
    }

    /// With what was probably meant.
    package func hinted(_ failure: DaemonFailure, _ entry: EntryID?) -> DaemonFailure {
        guard case .refused(let refused) = failure, refused.code == .unknown, let entry else { return failure }
        var names: [String] = []
        _ = try? client.ask(.status(entry: nil)) { if case .job(let job) = $0 { names.append(job.entry.description) } }
        let hint = NearestName.hint(for: entry.description, among: names)
        return .refused(.init(.unknown, refused.error + hint))
    }
}
