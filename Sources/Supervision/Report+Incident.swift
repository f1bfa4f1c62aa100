import Wire

extension Report {
    /// What it is for people; `nil`: a step of the worker's life.
    var incident: Incident? {
        switch self {
        case .log(let log): .jobLine(log)
        case .output(let output): .output(output)
        case .leftovers(let leftovers): leftovers.left ? .leftoversLeft(leftovers) : .leftoversKilled(leftovers)
        case .fault(let fault): .fault(fault)
        case .ready, .begin, .end, .due, .asked, .skipped, .late, .outputDropped, .pong, .dropped, .stopped: nil
        }
    }
}
