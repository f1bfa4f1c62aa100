import Model
import Values

/// Reads `lifecycle`.
struct LifecycleReader {
    private static let keys = ["restart", "stable_threshold", "stop_timeout"]
    /// What Wippy has besides: a job of cronsupd always starts, and depends on none.
    static let foreignKeys = ["auto_start", "depends_on", "requires", "security", "start_timeout"]
    static let mostAttempts = 1_000_000

    static func read(_ data: EntryField) -> Lifecycle {
        var lifecycle = Lifecycle()
        guard let field = data["lifecycle"]?.map(of: keys, ignoring: foreignKeys) else { return lifecycle }
        lifecycle.stopTimeout = field["stop_timeout"]?.duration()
        lifecycle.stableThreshold = field["stable_threshold"]?.duration() ?? lifecycle.stableThreshold
        if let restart = field["restart"]?.map(of: DelayReader.keys) {
            DelayReader.read(restart, into: &lifecycle.restart, attempts: 0...mostAttempts)
        }
        return lifecycle
    }
}
