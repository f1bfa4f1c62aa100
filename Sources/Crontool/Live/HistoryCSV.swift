import Clocks
import Model
import Values
package import Wire

/// Runs and gaps as comma-separated values (RFC 4180): the titles are the keys of JSON, and what does not apply is empty.
package enum HistoryCSV {
    private static let keys = [
        "entry", "run", "slot", "attempt", "cause", "outcome", "reason", "settles", "began", "lateness_us",
        "duration_us",
        "code", "text", "first", "last", "count",
    ]

    package static let titles = line(keys)

    /// `nil`: it is for no line of its own.
    package static func line(_ answer: LedgerAnswer) -> String? {
        switch answer {
        case .run(let run):
            line([
                run.entry.description, "\(run.number)", moment(run.slot), "\(run.attempt)", run.cause,
                run.outcome.rawValue, run.reason ?? "", "\(run.settles)", moment(run.began),
                "\(run.lateness.wholeMicroseconds)", "\(run.duration.wholeMicroseconds)",
                run.code.map { "\($0)" } ?? "",
                run.text, "", "", "",
            ])
        case .gap(let gap):
            line(
                [gap.entry.description, "", "", "", "", gap.outcome.rawValue, gap.reason ?? ""]
                    + Array(repeating: "", count: 6) + [moment(gap.first), moment(gap.last), "\(gap.count)"])
        default: nil
        }
    }

    private static func moment(_ microseconds: Int64?) -> String { StatusJSON.moment(microseconds)?.string ?? "" }

    private static func line(_ cells: [String]) -> String { cells.map(quoted).joined(separator: ",") + "\r\n" }

    private static func quoted(_ cell: String) -> String {
        guard cell.unicodeScalars.contains(where: { [",", "\"", "\r", "\n"].contains($0) }) else { return cell }
        return "\"" + cell.unicodeScalars.reduce(into: "") { $0 += $1 == "\"" ? "\"\"" : "\($1)" } + "\""
    }
}
