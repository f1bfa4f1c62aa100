import Model
import Values

/// Sees that all jobs of a group name the same bound.
struct GroupCheck {
    private var first: [String: (job: JobDefinition, max: Int)] = [:]

    /// The error in `job`, if it differs from a job that was checked before.
    mutating func trouble(with job: JobDefinition) -> String? {
        guard let concurrency = job.policy.concurrency else { return nil }
        guard let (other, max) = first[concurrency.group] else {
            first[concurrency.group] = (job, concurrency.max)
            return nil
        }
        guard max != concurrency.max else { return nil }
        return
            "concurrency.max: \(concurrency.max) is not the \(max) that \(other.id) has at \(other.location) for the "
            + "group \(PrintableText.quote(concurrency.group)); expected the same in all of its jobs"
    }
}
