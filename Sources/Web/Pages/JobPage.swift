import Clocks
import Crontool
import Model
import Values
import Wire

/// One job: how it stands, what its last slots came to, its runs and its events.
struct JobPage {
    let board: Board
    let row: Board.Row
    let face: Face
    let hasActions: Bool
    let past: Result<Past.Page, DaemonFailure>
    let events: [LedgerAnswer]
    var onlyFailures = false

    private var job: JobStatus { row.status }

    var html: HTML {
        let strip = StripView(
            entry: job.entry, strip: row.strip, face: face, isRunning: job.run != nil, hasLinks: true)
        let content: HTML = """
            <div data-live="\(job.entry.description)">
            <h1>\(job.entry.description) \(JobWords.chips(job))</h1>
            <p class="schedule">\(JobWords.schedule(job, in: face))</p>\(notes)
            <div class="big">\(strip.html)</div>
            \(hasActions ? ActionButtons.all(job) : "")
            <dl class="facts">\(facts)</dl>
            <h2>Runs</h2>\(filter)\(runs)
            \(eventList)</div>
            """
        return Layout(title: job.entry.description, board: board, face: face, kind: "job").html(content)
    }

    private var notes: HTML {
        let notes = JobWords.note(row, face)
        return notes.isEmpty ? "" : "<p class=\"note\">\(HTML(notes, separator: " · "))</p>"
    }

    // MARK: Facts

    private var facts: [HTML] {
        let pairs: [(String, HTML?)] = [
            ("Next slot", job.next.map { "\(face.distance($0)), \(face.moment($0))" }),
            ("Running", job.run.map(going)), ("Last run", row.last.map(last)),
            ("Schedule", job.schedule.map { "<code>\($0)</code>" } ?? job.interval.map { "<code>\($0)</code>" }),
            ("Time zone", job.timezone.map { "\($0)" }), ("Process", job.pid.map { "\($0)" }),
            ("Runs", "\(job.runs)"), ("Outcomes", outcomes.isEmpty ? nil : HTML(outcomes, separator: ", ")),
            ("Attempts besides", job.retried > 0 ? "\(job.retried)" : nil),
        ]
        return pairs.compactMap { name, value in value.map { "<div><dt>\(name)</dt><dd>\($0)</dd></div>" } }
    }

    private func going(_ run: JobStatus.Going) -> HTML {
        let path = RunPath.of(job.entry, run.number, began: nil)
        return
            "<a href=\"\(path)\">run \(run.number)</a>, began \(face.distance(run.began))\(run.isManual ? ", asked for" : "")"
    }

    private func last(_ last: JobStatus.Last) -> HTML {
        let path = RunPath.of(job.entry, last.number, began: last.began)
        return """
            <a href="\(path)">run \(last.number)</a> <span class="o \(last.outcome.rawValue)">\(last.outcome.rawValue)</span>, \
            began \(face.distance(last.began)), \(StatusText.duration(last.lateness)) late, \
            took \(StatusText.duration(last.duration))
            """
    }

    private var outcomes: [HTML] {
        Outcome.allCases.compactMap { outcome in
            job.counts[outcome].map { "\($0) <span class=\"o \(outcome.rawValue)\">\(outcome.rawValue)</span>" }
        }
    }

    // MARK: What was

    private var filter: HTML {
        let path = JobPath.of(job.entry)
        let (all, failed): (HTML, HTML) = onlyFailures ? ("", " aria-current=\"page\"") : (" aria-current=\"page\"", "")
        return """
            <nav class="counts" aria-label="Runs that are shown"><a href="\(path)"\(all)>all</a>\
            <a href="\(path)?failed=1"\(failed)>failed</a></nav>
            """
    }

    private var runs: HTML {
        switch past {
        case .success(let page):
            let table = HistoryTable(entry: job.entry, face: face).html(page.rows)
            guard let before = page.before else { return table }
            let failed = onlyFailures ? "&failed=1" : ""
            let path = "\(JobPath.of(job.entry))?before=\(before)\(page.order.map { "&order=\($0)" } ?? "")\(failed)"
            return "\(table)<nav class=\"pages\" aria-label=\"More runs\"><a href=\"\(path)\">Older</a></nav>"
        case .failure(let failure): return "<p class=\"nothing\">\(failure.description)</p>"
        }
    }

    private var eventList: HTML {
        events.isEmpty ? "" : "<h2>Events</h2>\(EventTable(face: face, showsJobs: false).html(events))"
    }
}
