import Clocks
import Model

/// Reads `history`, what a ledger keeps of the job.
enum HistoryReader {
    static let keys = ["age", "failures", "output", "runs", "text"]
    static let runs = 1...1_000_000
    static let failures = 1...100_000
    /// What is younger is not removed for its age.
    private static let shortestAge = Nanoseconds.seconds(60)

    static func read(_ field: EntryField) -> RunPolicy.History? {
        guard let map = field.map(of: keys) else { return nil }
        var history = RunPolicy.History()
        history.runs = map["runs"]?.integer(runs)
        history.failures = map["failures"]?.integer(failures)
        history.age = map["age"]?.duration(minimum: shortestAge)
        history.output = map["output"].flatMap { PolicyReader.word($0) } ?? history.output
        history.text = map["text"].flatMap { PolicyReader.word($0) } ?? history.text
        return history
    }
}
