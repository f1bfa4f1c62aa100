package import Jobs
package import Values

/// Tells a service such as Healthchecks of a run: `URL/start`, `URL`, `URL/fail` or `URL/CODE`, with `rid`, and what the run has written.
///
/// Called with an event of the daemon's. In a run of its own it tells that it is there.
@Sendable
package func ping(_ context: JobContext) throws -> JobResult {
    let event = context.arguments.first ?? .null
    let settings = try NotifySettings(context)
    let url = try event["url"]?.string ?? settings.url()
    var request = settings.request(PingURL.of(event, url))
    request.body = event["output"]?.string ?? event["error"]?.string
    request.contentType = "text/plain; charset=utf-8"
    try Curl.send(request, secrets: [url])
    return "\(event["event"]?.string ?? "success")"
}

/// Where an event is told.
package enum PingURL {
    /// The URL with what the event adds to its path and to its query.
    package static func of(_ event: Value, _ url: String) -> String {
        let parts = url.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let base = parts[0].hasSuffix("/") && !suffix(event).isEmpty ? parts[0].dropLast() : parts[0]
        var queries = parts.dropFirst().map(String.init)
        if let id = event["rid"]?.string { queries.append("rid=\(id)") }
        return base + suffix(event) + (queries.isEmpty ? "" : "?" + queries.joined(separator: "&"))
    }

    private static func suffix(_ event: Value) -> String {
        switch event["event"]?.string {
        case "start": "/start"
        case "failure":
            // The service takes codes of a byte, and 0 is none of a failure.
            if let code = event["code"]?.int, (1...255).contains(code) { "/\(code)" } else { "/fail" }
        default: ""
        }
    }
}
