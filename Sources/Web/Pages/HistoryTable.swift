import Crontool
import Model
import Values
import Wire

/// Runs and gaps of a job, the newest first.
struct HistoryTable {
    let entry: EntryID
    let face: Face

    func html(_ rows: [LedgerAnswer]) -> HTML {
        if rows.isEmpty { return "<p class=\"nothing\">Nothing is kept.</p>" }
        return """
            <table class="runs"><thead><tr><th scope="col">Run</th><th scope="col">Slot</th><th scope="col">Outcome</th>\
            <th scope="col">Took</th><th scope="col">Late</th><th scope="col">Text</th></tr></thead>
            <tbody>\(rows.map(row))</tbody></table>
            """
    }

    private func row(_ row: LedgerAnswer) -> HTML {
        switch row {
        case .run(let run): self.row(run)
        case .gap(let gap): self.row(gap)
        default: ""
        }
    }

    private func row(_ run: LedgerAnswer.Run) -> HTML {
        let slot: HTML =
            run.slot.map(face.moment) ?? "<span class=\"none\">\(run.cause)</span> \(face.moment(run.began))"
        let path = RunPath.of(entry, run.number, began: run.began)
        return """
            <tr class="\(run.outcome.rawValue)"><th scope="row"><a href="\(path)">\(run.number)</a></th><td>\(slot)</td>\
            <td><span class="o \(run.outcome.rawValue)">\(run.outcome.rawValue)</span></td>\
            <td class="n">\(StatusText.duration(run.duration))</td><td class="n">\(StatusText.duration(run.lateness))</td>\
            <td class="said">\(HistoryWords.text(run))</td></tr>

            """
    }

    /// A row of its own, across: it is not to be overlooked.
    private func row(_ gap: LedgerAnswer.Gap) -> HTML {
        let span: HTML =
            gap.count == 1 ? face.moment(gap.last) : "\(face.moment(gap.first)) – \(face.moment(gap.last))"
        let reason: HTML = gap.reason.map { ": \(HistoryText.explain($0))" } ?? ""
        return """
            <tr class="gap \(gap.outcome.rawValue)"><td colspan="6">\(span): <b>\(gap.count) \
            \(gap.count == 1 ? "slot" : "slots") \(gap.outcome.rawValue)</b>\(reason)</td></tr>

            """
    }
}

enum HistoryWords {
    static func text(_ run: LedgerAnswer.Run) -> String {
        var parts = run.attempt > 1 ? ["attempt \(run.attempt)"] : []
        if let reason = run.reason { parts.append(HistoryText.explain(reason)) }
        if let code = run.code, !run.text.hasPrefix("exit \(code)") { parts.append("exit code \(code)") }
        if !run.text.isEmpty { parts.append(String(run.text.prefix(200))) }
        if !run.settles, run.slot != nil { parts.append("another attempt follows") }
        return parts.joined(separator: " · ")
    }
}
