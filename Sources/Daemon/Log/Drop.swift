/// What can be lost on its way to the log, to a function or to the daemon. Each loss is counted exactly and has a record, whose
/// words these are; docs/ARCHITECTURE.md has the table of them.
enum Drop: String, CaseIterable {
    case logLines = "Log lines dropped"
    case output = "Job output dropped"
    case reports = "Reports dropped"
    case calls = "Calls dropped"
    case message = "Message rejected"
    case frames = "Worker frames left out"

    /// The fields that say how much.
    var counters: [String] {
        switch self {
        case .logLines: ["lines", "output", "ticks", "records"]
        case .output: ["lines", "bytes"]
        case .reports: ["count", "ok", "failed", "skipped"]
        case .calls, .frames: ["count"]
        // A record for each.
        case .message: []
        }
    }
}
