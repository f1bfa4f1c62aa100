package import Wire

/// What a daemon has answered to `metrics`.
package struct MetricsSnapshot: Sendable {
    /// The daemon's version; `nil`: there is no daemon that answers.
    package var version: String?
    package var daemon: DaemonMetrics?
    package var histograms: [SpanHistogram] = []
    package var jobs: [JobMetrics] = []

    /// That nobody answers.
    package init() {}

    package init(_ greeting: ControlAnswer.Greeting) { version = greeting.program }

    /// To be called with each answer before the end of the request.
    package mutating func take(_ answer: ControlAnswer) {
        switch answer {
        case .daemon(let metrics): daemon = metrics
        case .histogram(let histogram): histograms.append(histogram)
        case .measured(let job): jobs.append(job)
        default: break
        }
    }
}
