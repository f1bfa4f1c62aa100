import Clocks
import Crontool
import HTTPServer
import Model
import Values
import Wire

/// A strip: a bar a slot, as high as its run was long, with a colour and a shape for each outcome; a hole where a slot was missed.
struct StripView {
    let entry: EntryID
    let strip: Strip?
    let face: Face
    /// A run that is going.
    var isRunning = false
    /// Each bar leads to its run.
    var hasLinks = false

    private static let steps = Int64(8)

    var html: HTML {
        guard let strip else { return "<span class=\"strip wait\">…</span>" }
        let longest = strip.cells.map(\.duration.count).max() ?? 0
        let bars = strip.cells.map { bar($0, longest) }
        let going: HTML = isRunning ? "<i class=\"b going h8\" title=\"running\"></i>" : ""
        let role: HTML = hasLinks ? "role=\"group\"" : "role=\"img\""
        return "<span class=\"strip\" \(role) aria-label=\"\(summary(strip))\">\(bars)\(going)</span>"
    }

    /// `last 48 slots: 46 ok, 2 missed`
    private func summary(_ strip: Strip) -> String {
        guard !strip.cells.isEmpty else { return "no slots yet" }
        let parts = Outcome.allCases.compactMap { outcome in
            let count = strip.cells.count { $0.outcome == outcome }
            return count == 0 ? nil : "\(count) \(outcome.rawValue)"
        }
        let count = strip.cells.count
        return "last \(count) \(count == 1 ? "slot" : "slots"): \(parts.joined(separator: ", "))"
            + (isRunning ? "; one is running" : "")
    }

    private func bar(_ cell: Strip.Cell, _ longest: Int64) -> HTML {
        let words = words(cell)
        let height = cell.run == nil ? 0 : Self.height(cell.duration.count, longest)
        guard hasLinks, let run = cell.run else {
            return "<i class=\"b \(cell.outcome.rawValue) h\(height)\" title=\"\(words)\"></i>"
        }
        let path = RunPath.of(entry, run, began: cell.began)
        return """
            <a class="b \(cell.outcome.rawValue) h\(height)" href="\(path)" title="\(words)" aria-label="\(words)"></a>
            """
    }

    private static func height(_ duration: Int64, _ longest: Int64) -> Int64 {
        guard longest > 0, duration > 0 else { return 1 }
        return min(steps, 1 + duration / max(1, longest / (steps - 1)))
    }

    /// `2026-03-29 03:00:00 · failed after 12.4s: exit 1`
    private func words(_ cell: Strip.Cell) -> String {
        var text = "\(face.civil(cell.at)) · \(cell.outcome.rawValue)"
        if cell.run != nil { text += " after \(StatusText.duration(cell.duration))" }
        if cell.isManual { text += ", asked for" }
        return cell.text.isEmpty ? text : "\(text): \(cell.text)"
    }
}

/// Where the pages are.
enum JobPath {
    static func of(_ entry: EntryID) -> String { "/jobs/\(RequestTarget.escape(entry.description))" }
}

enum RunPath {
    /// `began`: where it is looked for; without it all of the history is.
    static func of(_ entry: EntryID, _ run: Int64, began: Int64?) -> String {
        "/runs/\(RequestTarget.escape(entry.description))/\(run)" + (began.map { "?at=\($0)" } ?? "")
    }
}
