/// What became of a slot. Every slot that came due has exactly one outcome.
package enum Outcome: String, Hashable, Sendable, CaseIterable {
    /// The function returned a result.
    case ok
    /// The function threw.
    case failed
    /// The run was ended at its time limit.
    case timeout
    /// The worker died in the run.
    case crashed
    /// The worker died in the run, since the kernel had no memory left for its control group.
    case oom
    /// The slot came due while the run before it was still going.
    case skipped
    /// No worker was there to run it, or a later slot was due as well by the time one was.
    case missed
    /// The run was cut short: the job had to stop, the next slot took its place, or an operator has ended it.
    case cancelled
    /// The daemon's life ended before the run's end was known.
    case interrupted
}

/// All that depends on the outcome alone. One that is new needs a case, a row here, and a place where it is given.
extension Outcome {
    private struct Row {
        /// Its place in a list of counts.
        let index: Int
        /// The slot's run did not come to what it should.
        let isFailure: Bool
        /// A run came to it; slots with one of the others had none.
        let isOfRun: Bool
        /// As which outcome `retry.on` names it; `nil`: no further attempt would mend it.
        let retriedAs: Outcome?
        /// The words that its record in the log begins with.
        let title: String
    }

    private var row: Row {
        switch self {
        case .ok: Row(index: 0, isFailure: false, isOfRun: true, retriedAs: nil, title: "TICK")
        case .failed: Row(index: 1, isFailure: true, isOfRun: true, retriedAs: .failed, title: "TICK FAILED")
        case .timeout: Row(index: 2, isFailure: true, isOfRun: true, retriedAs: .timeout, title: "TICK TIMEOUT")
        case .crashed: Row(index: 3, isFailure: true, isOfRun: true, retriedAs: .crashed, title: "TICK CRASHED")
        case .oom: Row(index: 4, isFailure: true, isOfRun: true, retriedAs: .crashed, title: "TICK OOM")
        case .skipped: Row(index: 5, isFailure: false, isOfRun: false, retriedAs: nil, title: "TICK SKIPPED")
        case .missed: Row(index: 6, isFailure: false, isOfRun: false, retriedAs: nil, title: "TICK MISSED")
        case .cancelled: Row(index: 7, isFailure: false, isOfRun: true, retriedAs: nil, title: "TICK CANCELLED")
        case .interrupted: Row(index: 8, isFailure: false, isOfRun: true, retriedAs: nil, title: "TICK INTERRUPTED")
        }
    }

    /// Its place in a list of counts, which stays the same from version to version.
    package var index: Int { row.index }
    package var isFailure: Bool { row.isFailure }
    package var isOfRun: Bool { row.isOfRun }
    package var retriedAs: Outcome? { row.retriedAs }
    package var title: String { row.title }
    /// Whether the worker itself says it of its run, with a result or an error; the others are the daemon's word.
    package var isReported: Bool { self == .ok || self == .failed }

    /// Which field has what the run left behind.
    package var textKey: StaticString { self == .ok ? "result" : "error" }
    /// The same for a record, without a string made for each.
    package var textName: String { self == .ok ? "result" : "error" }
    // Comparing it is code of the package that other modules call through a witness.
    package var isOk: Bool { self == .ok }

    /// A number for each outcome.
    package struct Counts: Sendable {
        private var numbers: [9 of Int64] = .init(repeating: 0)

        package init() {}

        package subscript(outcome: Outcome) -> Int64 {
            get { numbers[outcome.row.index] }
            set { numbers[outcome.row.index] = newValue }
        }

        package var total: Int64 { Outcome.allCases.reduce(0) { $0 + self[$1] } }
    }
}
