import Crontool
import HTTPServer
import Values
import Wire

extension WebApplication {
    /// `parts`: of the path, without `/api/v1`.
    func api(_ parts: [String], _ request: HTTPRequest) -> HTTPAnswer {
        if parts == ["events"] { return follow(request) }
        if parts == ["timeline"] { return .later { self.timelineAnswer(request) } }
        if parts == ["jobs"] { return .later { self.jobs() } }
        guard parts.count > 1, parts[0] == "jobs", let entry = EntryID(parts[1]) else {
            return .now(PageResponse.failure(404, "unknown", "there is no such path"))
        }
        return .later { self.api(of: entry, Array(parts[2...]), request) }
    }

    private func api(of entry: EntryID, _ parts: [String], _ request: HTTPRequest) -> HTTPResponse {
        if parts.isEmpty { return job(entry) }
        if parts == ["runs"] { return runs(of: entry, request) }
        if parts.count == 3, parts[0] == "runs", parts[2] == "output", let run = Int64(parts[1]) {
            return output(of: run, entry)
        }
        return PageResponse.failure(404, "unknown", "there is no such path")
    }

    private func jobs() -> HTTPResponse {
        let board = watcher.fresh()
        return PageResponse.json(
            .object([
                ("counts", BoardJSON.value(of: board)),
                ("jobs", .list(board.ordered.map { StatusJSON.value(of: $0.status) })),
            ]))
    }

    private func job(_ entry: EntryID) -> HTTPResponse {
        guard let row = watcher.fresh().jobs[entry] else {
            return PageResponse.failure(404, "unknown", "there is no job '\(entry)'")
        }
        return PageResponse.json(StatusJSON.value(of: row.status))
    }

    private func runs(of entry: EntryID, _ request: HTTPRequest) -> HTTPResponse {
        var question = LedgerQuestion.History()
        (question.entry, question.onlyFailures) = (entry, request.query("failed") != nil)
        (question.before, question.order) = (request.integer("before"), request.integer("order"))
        question.limit = min(max(1, request.integer("limit") ?? 50), 1_000)
        switch asking({ () throws(DaemonFailure) in try past.history(question) }) {
        case .failure(let failure): return Self.response(to: failure)
        case .success(let page):
            return PageResponse.json(
                .object([
                    ("rows", .list(page.rows.compactMap(HistoryJSON.value))),
                    ("before", page.before.map { .int($0) } ?? .null), ("order", page.order.map { .int($0) } ?? .null),
                ]))
        }
    }

    private func output(of run: Int64, _ entry: EntryID) -> HTTPResponse {
        switch asking({ () throws(DaemonFailure) in try past.output(of: run, entry) }) {
        case .failure(let failure): return Self.response(to: failure)
        case .success(nil): return PageResponse.failure(404, "unknown", "nothing is kept of what it wrote")
        case .success(let output?):
            return PageResponse.json(
                .object([("lines", .list(output.lines.map { .string($0) })), ("count", .int(output.count))]))
        }
    }

    /// What the daemon and its ledger refuse, in the words of HTTP.
    static func response(to failure: DaemonFailure) -> HTTPResponse {
        guard case .refused(let refused) = failure else {
            return PageResponse.failure(503, "absent", failure.description)
        }
        let status =
            switch refused.code {
            case .unknown: 404
            case .malformed, .unsupported, .registry: 400
            case .denied: 403
            case .limit, .stopping, .reloading, .ledger, .lost: 503
            case .busy, .idle, .disabled, .paused: 409
            }
        return PageResponse.failure(status, refused.code.rawValue, refused.error)
    }

    // MARK: What comes

    private func follow(_ request: HTTPRequest) -> HTTPAnswer {
        guard watcher.followerCount < watcher.mostFollowers else {
            return .now(PageResponse.failure(503, "limit", "\(watcher.mostFollowers) others follow already"))
        }
        let seen = (request.header("last-event-id") ?? request.query("after")).map(News.version)
        let stream = watcher.stream(after: seen)
        return .stream(
            HTTPResponse(
                200,
                headers: [
                    .init(name: "Content-Type", value: "text/event-stream"),
                    .init(name: "Cache-Control", value: "no-store"), .init(name: "X-Accel-Buffering", value: "no"),
                ]), stream)
    }
}
