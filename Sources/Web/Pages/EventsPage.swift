import Crontool
import Values
import Wire

/// What happened beside the runs, the newest first.
struct EventTable {
    let face: Face
    let showsJobs: Bool

    func html(_ rows: [LedgerAnswer]) -> HTML {
        if rows.isEmpty { return "<p class=\"nothing\">Nothing is kept.</p>" }
        let job: HTML = showsJobs ? "<th scope=\"col\">Job</th>" : ""
        return """
            <table class="events"><thead><tr><th scope="col">Time</th>\(job)<th scope="col">Event</th>\
            <th scope="col">Text</th></tr></thead><tbody>\(rows.map(row))</tbody></table>
            """
    }

    private func row(_ row: LedgerAnswer) -> HTML {
        guard case .event(let event) = row else { return "" }
        let link: HTML = event.entry.map { "<a href=\"\(JobPath.of($0))\">\($0.description)</a>" } ?? ""
        let job: HTML = showsJobs ? "<td>\(link)</td>" : ""
        return """
            <tr><td>\(face.moment(event.at))</td>\(job)<td>\(event.kind)</td>\
            <td class="said">\(String(event.text.prefix(300)))</td></tr>

            """
    }
}

struct EventsPage {
    let board: Board
    let face: Face
    let page: Result<Past.Page, DaemonFailure>

    var html: HTML {
        let content: HTML = "<h1>Events</h1>\n<div data-live=\"*\">\(events)</div>"
        return Layout(title: "Events", board: board, face: face, kind: "events").html(content)
    }

    private var events: HTML {
        switch page {
        case .success(let page):
            let table = EventTable(face: face, showsJobs: true).html(page.rows)
            guard let before = page.before else { return table }
            return """
                \(table)<nav class="pages" aria-label="More events"><a href="/events?before=\(before)">Older</a></nav>
                """
        case .failure(let failure): return "<p class=\"nothing\">\(failure.description)</p>"
        }
    }
}
