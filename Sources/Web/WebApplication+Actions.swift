import Clocks
import Crontool
import HTTPServer
import Kernel
import Values
import Wire

/// What changes something: after `Access` has let it through.
extension WebApplication {
    func post(_ request: HTTPRequest) -> HTTPAnswer {
        if request.path == Access.loginPath { return .now(logIn(request)) }
        let parts = request.path.split(separator: "/").map(String.init)
        if parts == ["api", "v1", "reload"] {
            return .later { self.order(.reload(.init(waits: true, allowsEmpty: false))) }
        }
        guard parts.count == 5, parts[..<3] == ["api", "v1", "jobs"], let entry = EntryID(parts[3]),
            let order = Self.order(parts[4], entry)
        else { return .now(PageResponse.failure(404, "unknown", "there is no such action")) }
        return .later { self.order(order) }
    }

    private static func order(_ action: String, _ entry: EntryID) -> ControlRequest? {
        switch action {
        case "run": .run(.init(entry: entry, waits: false))
        case "pause": .pause(.init(.job(entry), until: nil, note: "by cronweb"))
        case "resume": .resume(.init(.job(entry)))
        case "cancel": .cancel(.init(entry: entry))
        case "restart": .restart(.init(entry: entry, isNow: false))
        case "reset": .reset(.init(entry: entry))
        default: nil
        }
    }

    private func order(_ request: ControlRequest) -> HTTPResponse {
        var answers: [Value] = []
        let result = asking { () throws(DaemonFailure) in
            let done = try site.connect().ask(request, within: .seconds(30)) { answer in
                AnswerJSON.value(of: answer).map { answers.append($0) }
            }
            AnswerJSON.value(of: .done(done)).map { answers.append($0) }
        }
        switch result {
        case .success: return PageResponse.json(.object([("answers", .list(answers))]))
        case .failure(let failure): return Self.response(to: failure)
        }
    }

    // MARK: The form for the token

    private func logIn(_ request: HTTPRequest) -> HTTPResponse {
        let form = String(decoding: request.body, as: UTF8.self)
        let field = form.split(separator: "&").first { $0.hasPrefix("token=") }
        let given = field.flatMap { RequestTarget.text($0.dropFirst(6), plusIsSpace: true) } ?? ""
        if let status = access.logIn(Array(given.utf8), request, at: Clock.monotonic()) {
            return LoginPage.response(to: request, status)
        }
        let cookie =
            "\(Access.cookie)=\(RequestTarget.escape(given)); Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000"
        return HTTPResponse(
            303, headers: [.init(name: "Location", value: "/"), .init(name: "Set-Cookie", value: cookie)])
    }
}
