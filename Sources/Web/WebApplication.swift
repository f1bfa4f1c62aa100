package import Crontool
package import HTTPServer
import Host
package import Kernel
import Schedules
import Values
import Wire

/// The status page: what each path answers.
package final class WebApplication: HTTPApplication {
    package let access: Access
    let watcher: Watcher
    let past: Past
    let site: DaemonSite
    private let metrics: MetricsPage
    private let timelines = TimelineCache()
    private let zones = ZoneDirectory()

    /// `metricsJobs`: so many jobs have series of their own.
    package init(_ site: DaemonSite, _ access: Access, metricsJobs: Int) throws(SystemError) {
        metrics = MetricsPage(site: site, mostJobs: metricsJobs)
        (self.site, self.access, past) = (site, access, Past(site))
        let (zones, hasActions) = (zones, access.hasActions)
        watcher = try Watcher(site) { row in
            JobTable(face: Face.now(zones), hasActions: hasActions).row(row).text
        }
    }

    var face: Face { .now(zones) }

    package func refuse(_ head: HTTPRequest) -> HTTPResponse? {
        access.refuse(head, at: Clock.monotonic()).map(PageResponse.safe)
    }

    package func answer(_ request: HTTPRequest) -> HTTPAnswer {
        switch route(request) {
        case .now(let response): .now(PageResponse.safe(response))
        case .later(let work): .later { PageResponse.safe(work()) }
        case .stream(let head, let stream): .stream(PageResponse.safe(head), stream)
        }
    }

    private func route(_ request: HTTPRequest) -> HTTPAnswer {
        if request.method == "POST" { return post(request) }
        if let asset = Assets.response(to: request) { return .now(asset) }
        let parts = request.path.split(separator: "/").map(String.init)
        switch parts.first {
        case nil: return .later { self.index(request) }
        case "healthz" where parts.count == 1: return .now(HTTPResponse(200, text: "ok"))
        case "metrics" where parts.count == 1: return .later { self.metrics.response(to: request) }
        case "readyz" where parts.count == 1: return .later { Readiness.response(self.site) }
        case "jobs" where parts.count == 2: return .later { self.job(parts[1], request) }
        case "runs" where parts.count == 3: return .later { self.run(parts[1], parts[2], request) }
        case "timeline" where parts.count == 1: return .later { self.timeline(request) }
        case "events" where parts.count == 1: return .later { self.events(request) }
        case "api" where parts.count > 2 && parts[1] == "v1": return api(Array(parts[2...]), request)
        default: return .now(missing("There is no such page."))
        }
    }

    func missing(_ words: String) -> HTTPResponse {
        let content: HTML = "<h1>Not found</h1><p>\(words) <a href=\"/\">All jobs</a></p>"
        return PageResponse.of(
            Layout(title: "Not found", board: watcher.board, face: face, kind: "missing").html(content), 404)
    }

    // MARK: Pages

    private func index(_ request: HTTPRequest) -> HTTPResponse {
        let filter = request.query("show").flatMap(IndexPage.Filter.init) ?? .all
        let page = request.query("page").flatMap { Int($0) } ?? 1
        return PageResponse.of(
            IndexPage(
                board: watcher.fresh(), face: face, hasActions: access.hasActions, filter: filter,
                search: String((request.query("q") ?? "").prefix(200)), page: min(max(1, page), 1_000_000)
            ).html)
    }

    private func job(_ name: String, _ request: HTTPRequest) -> HTTPResponse {
        let board = watcher.fresh()
        guard let entry = EntryID(name), let row = board.jobs[entry] else {
            return missing("There is no job '\(name.prefix(200))'.")
        }
        var question = LedgerQuestion.History()
        (question.entry, question.limit) = (entry, 50)
        question.onlyFailures = request.query("failed") != nil
        (question.before, question.order) = (request.integer("before"), request.integer("order"))
        let history = asking { () throws(DaemonFailure) in try past.history(question) }
        let events = asking { () throws(DaemonFailure) in try past.events(of: entry, limit: 20) }
        return PageResponse.of(
            JobPage(
                board: board, row: row, face: face, hasActions: access.hasActions, past: history,
                events: (try? events.get().rows) ?? [], onlyFailures: question.onlyFailures
            ).html)
    }

    private func run(_ name: String, _ number: String, _ request: HTTPRequest) -> HTTPResponse {
        guard let entry = EntryID(name), let number = Int64(number), number > 0 else {
            return missing("There is no such run.")
        }
        var board = watcher.fresh()
        var going = board.going(number, entry)
        let found = asking { () throws(DaemonFailure) in
            try past.run(number, of: entry, began: request.integer("at"))
        }
        let run = (try? found.get()) ?? nil
        if run == nil, going == nil {
            board = watcher.renewed()
            going = board.going(number, entry)
        }
        guard run != nil || going != nil else { return missing("Nothing is kept of run \(number) of '\(entry)'.") }
        let attempts = run?.slot.map { slot in
            asking { () throws(DaemonFailure) in try past.slot(slot, of: entry) }
        }
        let output = asking { () throws(DaemonFailure) in try past.output(of: number, entry) }
        return PageResponse.of(
            RunPage(
                board: board, face: face, entry: entry, number: number, going: run == nil ? going : nil, run: run,
                attempts: (try? attempts?.get()) ?? [], output: output
            ).html)
    }

    private func timeline(_ request: HTTPRequest) -> HTTPResponse {
        let board = watcher.fresh()
        let first = Int(clamping: min(max(0, request.integer("first") ?? 0), Int64(board.jobs.count)))
        let timeline = timelines.timeline(first) { Timeline(board, first, site) }
        return PageResponse.of(TimelinePage(board: board, timeline: timeline, face: face, first: first).html)
    }

    /// The same for programs.
    func timelineAnswer(_ request: HTTPRequest) -> HTTPResponse {
        let board = watcher.fresh()
        let first = Int(clamping: min(max(0, request.integer("first") ?? 0), Int64(board.jobs.count)))
        return PageResponse.json(TimelineJSON.value(of: timelines.timeline(first) { Timeline(board, first, site) }))
    }

    private func events(_ request: HTTPRequest) -> HTTPResponse {
        let page = asking { () throws(DaemonFailure) in
            try past.events(of: nil, limit: 100, before: request.integer("before"))
        }
        return PageResponse.of(EventsPage(board: watcher.fresh(), face: face, page: page).html)
    }

    func asking<Answer>(_ body: () throws(DaemonFailure) -> Answer) -> Result<Answer, DaemonFailure> {
        do throws(DaemonFailure) { return .success(try body()) } catch { return .failure(error) }
    }
}

extension Board {
    /// `nil`: that run is not going.
    fileprivate func going(_ run: Int64, _ entry: EntryID) -> JobStatus.Going? {
        jobs[entry]?.status.run.flatMap { $0.number == run ? $0 : nil }
    }
}

extension HTTPRequest {
    func integer(_ name: String) -> Int64? { query(name).flatMap { Int64($0) } }
}

extension Face {
    static func now(_ zones: ZoneDirectory) -> Face {
        let zone = try? zones.source.zone(nil)
        return Face(zone: zone?.rules ?? .utc, zoneName: zone?.name.name ?? "UTC", now: Clock.wall())
    }
}
