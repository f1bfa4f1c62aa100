import Crontool
import Model
import Values
import Wire

/// The table of jobs, a row each.
struct JobTable {
    let face: Face
    let hasActions: Bool

    func html(_ rows: [Board.Row]) -> HTML {
        """
        <table class="jobs" id="jobs"><thead><tr><th scope="col">Job</th><th scope="col">State</th>\
        <th scope="col">Last 48 slots</th><th scope="col">Last run</th><th scope="col">Next</th>\(actionsTitle)</tr></thead>
        <tbody>
        \(rows.map(row))</tbody></table>
        """
    }

    private var actionsTitle: HTML { hasActions ? "<th scope=\"col\"><span class=\"sr\">Actions</span></th>" : "" }

    func row(_ row: Board.Row) -> HTML {
        let job = row.status
        let conditions = JobWords.conditions(job)
        let rank = job.rank.0
        return """
            <tr id="\(job.entry.description)" class="\(JobWords.condition(job).name)" data-rank="\(rank)" \
            data-is="\(conditions.joined(separator: " "))"><th scope="row"><a href="\(JobPath.of(job.entry))">\(name(job.entry))</a>\
            <small>\(JobWords.schedule(job, in: face))</small></th><td class="state">\(JobWords.chips(job))</td>\
            <td class="slots">\(strip(row))</td><td class="last">\(last(row))</td><td class="next">\(next(job))</td>\
            \(actions(job))</tr>

            """
    }

    /// The namespace is seldom what one looks for.
    private func name(_ entry: EntryID) -> HTML {
        "<span class=\"ns\">\(String(entry.namespace)):</span><wbr>\(String(entry.name))"
    }

    private func strip(_ row: Board.Row) -> HTML {
        StripView(entry: row.status.entry, strip: row.strip, face: face, isRunning: row.status.run != nil).html
    }

    private func last(_ row: Board.Row) -> HTML {
        let job = row.status
        let notes = JobWords.note(row, face)
        let note: HTML = notes.isEmpty ? "" : "<p>\(HTML(notes, separator: " · "))</p>"
        if let run = job.run {
            return """
                <span class="o going">run \(run.number)</span> began \(face.distance(run.began))\(note)
                """
        }
        guard let last = row.last else {
            return "<span class=\"none\">no run yet</span>\(note)"
        }
        return """
            <a class="o \(last.outcome.rawValue)" href="\(RunPath.of(job.entry, last.number, began: last.began))">\
            \(last.outcome.rawValue)</a> \(face.distance(last.began)) · \(StatusText.duration(last.duration))\(note)
            """
    }

    private func next(_ job: JobStatus) -> HTML {
        job.next.map(face.distance) ?? "<span class=\"none\">–</span>"
    }

    private func actions(_ job: JobStatus) -> HTML {
        guard hasActions else { return "" }
        return "<td class=\"acts\">\(ActionButtons.short(job))</td>"
    }
}

/// Buttons, which the script makes work.
enum ActionButtons {
    static func short(_ job: JobStatus) -> HTML {
        let pause: (String, String) = job.pause == nil ? ("pause", "Pause") : ("resume", "Resume")
        return "\(button("run", "Run", job))\(button(pause.0, pause.1, job))"
    }

    static func all(_ job: JobStatus) -> HTML {
        """
        <div class="acts">\(short(job))\(button("cancel", "Cancel", job))\(button("restart", "Restart", job))\
        \(button("reset", "Reset", job))</div>
        """
    }

    private static func button(_ action: String, _ title: String, _ job: JobStatus) -> HTML {
        """
        <button type="button" data-act="\(action)" data-job="\(job.entry.description)" \
        aria-label="\(title) \(job.entry.description)">\(title)</button>
        """
    }
}
