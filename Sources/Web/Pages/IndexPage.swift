import Crontool
import HTTPServer
import Values
import Wire

/// All jobs, failing ones first.
struct IndexPage {
    let board: Board
    let face: Face
    let hasActions: Bool
    let filter: Filter
    let search: String
    /// The first one is 1.
    let page: Int

    static let rows = 200

    enum Filter: String, CaseIterable {
        case all, failing, late, running, paused

        func count(_ counts: Board.Counts) -> Int {
            switch self {
            case .all: counts.all
            case .failing: counts.failing
            case .late: counts.late
            case .running: counts.running
            case .paused: counts.paused
            }
        }
    }

    var html: HTML {
        let found = board.ordered.filter(isWanted)
        let first = min((page - 1) * Self.rows, found.count)
        let rows = Array(found[first..<min(first + Self.rows, found.count)])
        let table: HTML = rows.isEmpty ? nothing : JobTable(face: face, hasActions: hasActions).html(rows)
        let content: HTML = """
            <h1 class="sr">Jobs</h1>
            <div class="bar">\(filters)\(searchForm)</div>
            \(table)\(pages(found.count))
            """
        return Layout(title: "cronsupd", board: board, face: face, kind: "index").html(content)
    }

    private func isWanted(_ row: Board.Row) -> Bool {
        (filter == .all || JobWords.conditions(row.status).contains(filter.rawValue))
            && (search.isEmpty || row.status.entry.description.lowercased().contains(ofText: search.lowercased()))
    }

    // MARK: What is looked for

    private var filters: HTML {
        let counts = board.counts
        let order: [Filter] = [.failing, .late, .running, .paused, .all]
        let links = order.map { one -> HTML in
            let count = one.count(counts)
            let current: HTML = one == filter ? " aria-current=\"page\"" : ""
            return """
                <a class="count \(one.rawValue)\(count == 0 ? " zero" : "")" href="\(path(one, 1))" data-count="\(one.rawValue)"\
                \(current)><b>\(count)</b> \(one.rawValue)</a>
                """
        }
        return "<nav class=\"counts\" aria-label=\"Filters\" data-show=\"\(filter.rawValue)\">\(links)</nav>"
    }

    private var searchForm: HTML {
        let hidden: HTML = filter == .all ? "" : "<input type=\"hidden\" name=\"show\" value=\"\(filter.rawValue)\">"
        return """
            <form action="/" role="search">\(hidden)<input type="search" name="q" value="\(search)" id="q" \
            placeholder="Search (/)" aria-label="Search jobs" autocomplete="off"></form>
            """
    }

    private func path(_ filter: Filter, _ page: Int) -> String {
        var parts: [String] = filter == .all ? [] : ["show=\(filter.rawValue)"]
        if !search.isEmpty { parts.append("q=\(RequestTarget.escape(search))") }
        if page > 1 { parts.append("page=\(page)") }
        return parts.isEmpty ? "/" : "/?\(parts.joined(separator: "&"))"
    }

    private var nothing: HTML {
        if board.jobs.isEmpty {
            return "<p class=\"nothing\">\(board.fault == nil ? "The registry has no jobs." : "No jobs are known.")</p>"
        }
        let condition = filter == .all ? "" : " is \(filter.rawValue)"
        let name = search.isEmpty ? "" : "\(filter == .all ? "" : " and") has “\(search)” in its name"
        return "<p class=\"nothing\">No job\(condition)\(name).</p>"
    }

    private func pages(_ count: Int) -> HTML {
        guard count > Self.rows else { return "" }
        let last = (count - 1) / Self.rows + 1
        let before: HTML = page > 1 ? "<a href=\"\(path(filter, page - 1))\" rel=\"prev\">Before</a> " : ""
        let after: HTML = page < last ? " <a href=\"\(path(filter, page + 1))\" rel=\"next\">After</a>" : ""
        return "<nav class=\"pages\" aria-label=\"More jobs\">\(before)Page \(page) of \(last)\(after)</nav>"
    }
}

extension String {
    /// (The standard library has no search for one string in another without Foundation.)
    fileprivate func contains(ofText word: String) -> Bool {
        if word.isEmpty { return true }
        let (bytes, wanted) = (Array(utf8), Array(word.utf8))
        guard bytes.count >= wanted.count else { return false }
        return (0...(bytes.count - wanted.count)).contains { bytes[$0..<($0 + wanted.count)].elementsEqual(wanted) }
    }
}
