package import Jobs
package import Values

/// Sends the event as JSON to a URL. With `hmac`, the header `X-Cronsupd-Signature` has `sha256=` and the HMAC of the body.
@Sendable
package func webhook(_ context: JobContext) throws -> JobResult {
    let settings = try NotifySettings(context)
    let url = try settings.url()
    var request = settings.request(url)
    let body = try JSONCoding.text(of: NotifyEvent(context).value)
    request.body = body
    request.headers = try settings.headers()
    var secrets = [url]
    if let key = try NotifySettings.text("hmac", context) {
        request.headers.append(
            "X-Cronsupd-Signature: sha256=" + HMAC.sha256(of: Array(body.utf8), key: Array(key.utf8)))
        secrets.append(key)
    }
    try Curl.send(request, secrets: secrets)
    return "sent"
}

/// Sends the event's message to an incoming webhook of Slack or Mattermost, or with `format: teams` to one of Microsoft Teams.
@Sendable
package func slack(_ context: JobContext) throws -> JobResult {
    let settings = try NotifySettings(context)
    let url = try settings.url()
    var request = settings.request(url)
    let event = NotifyEvent(context)
    let isTeams = context.data["format"]?.string == "teams"
    request.body = try JSONCoding.text(of: isTeams ? ChatText.teams(event) : ChatText.slack(event))
    try Curl.send(request, secrets: [url])
    return "sent"
}

/// What chats are sent.
package enum ChatText {
    package static func slack(_ event: NotifyEvent) -> Value {
        var text = escaped(event.message)
        if let output = event.output {
            // The end of the block is three of these.
            text +=
                "\n```\n"
                + escaped(output).split(separator: "```", omittingEmptySubsequences: false).joined(separator: "'''")
                + "\n```"
        }
        return .map(Value.Map([("text", .string(text))]))
    }

    /// Slack's own characters.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            default: result.append(character)
            }
        }
        return result
    }

    /// A card, as its workflows take it.
    package static func teams(_ event: NotifyEvent) -> Value {
        func block(_ text: String, isOutput: Bool = false) -> Value {
            map([
                ("type", .string("TextBlock")), ("text", .string(text)), ("wrap", .bool(true)),
                ("fontType", .string(isOutput ? "Monospace" : "Default")),
            ])
        }
        let blocks = [block(event.message)] + (event.output.map { [block($0, isOutput: true)] } ?? [])
        let card = map([
            ("$schema", .string("http://adaptivecards.io/schemas/adaptive-card.json")),
            ("type", .string("AdaptiveCard")),
            ("version", .string("1.4")), ("body", .list(blocks)),
        ])
        let attachment = map([
            ("contentType", .string("application/vnd.microsoft.card.adaptive")), ("content", card),
        ])
        return map([("type", .string("message")), ("attachments", .list([attachment]))])
    }

    private static func map(_ pairs: [(String, Value)]) -> Value { .map(Value.Map(pairs)) }
}
