public import CronWorkerKit

/// Counts the jobs of the registry by their kind, and calls the command that knows the host's name.
@Sendable
public func census(_ context: JobContext) throws -> JobResult {
    var kinds: [(name: String, count: Int)] = []
    for job in try context.registry.find(["meta.type": "cron.job"]) {
        let kind = job["kind"]?.string ?? "none"
        if let index = kinds.firstIndex(where: { $0.name == kind }) {
            kinds[index].count += 1
        } else {
            kinds.append((kind, 1))
        }
    }
    let host = try context.call("own:host").string ?? "nowhere"
    return "\(kinds.map { "\($0.count) × \($0.name)" }.joined(separator: ", ")) on \(host)"
}
