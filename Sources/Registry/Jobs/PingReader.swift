import Clocks
import Model
import Values

/// Reads `ping`, a URL, or a map with it as `url`.
enum PingReader {
    static let keys = ["events", "every", "function", "url"]
    static let longestURL = 2_048
    private static let example = "{url: \"https://hc-ping.com/UUID\", every: 1m}"

    static func read(_ field: EntryField) -> JobHooks.Ping? {
        if field.value.map == nil { return url(field).map { JobHooks.Ping(url: $0) } }
        guard let map = field.map(of: keys) else { return nil }
        guard let urlField = map["url"] else {
            map.error("no 'url'; expected as in \(example)")
            return nil
        }
        guard let url = url(urlField) else { return nil }
        var ping = JobHooks.Ping(url: url)
        if let function = map["function"].flatMap(HookReader.id) { ping.function = function }
        if let events = map["events"] { ping.events = Self.events(events) }
        if let every = map["every"]?.duration() { ping.every = every }
        return ping
    }

    private static func url(_ field: EntryField) -> String? {
        guard let text = field.value.string, !text.isEmpty else {
            return field.expected("a URL such as https://hc-ping.com/UUID")
        }
        guard text.utf8.count <= longestURL else {
            field.error("a URL of \(text.utf8.count) bytes; expected at most \(longestURL)")
            return nil
        }
        return text
    }

    private static func events(_ field: EntryField) -> Set<PingEvent> {
        let words = PingEvent.allCases.map(\.rawValue).joined(separator: ", ")
        guard let items = field.items, !items.isEmpty else { return field.expected("a list of \(words)") ?? [] }
        return Set(
            items.compactMap { item in
                item.value.string.flatMap(PingEvent.init(rawValue:)) ?? item.expected("one of \(words)")
            })
    }

    // MARK: Variables

    /// Puts the values of variables into the URL: those that the job's process finds around it, and those that stand for its entry.
    static func complete(_ ping: JobHooks.Ping, of id: EntryID, _ variables: [ExecCommand.Variable], _ data: EntryField)
        -> JobHooks.Ping
    {
        guard let field = data["ping"]?["url"] ?? data["ping"] else { return ping }
        let own = [ExecCommand.Variable("CRONSUPD_ENTRY", id.description), .init("CRONSUPD_SLUG", slug(of: id))]
        var ping = ping
        do throws(VariableText.Failure) {
            ping.url = try VariableText.filled(ping.url, from: own + variables)
        } catch {
            field.error(error.message)
            return ping
        }
        if let fault = URLText.fault(of: ping.url) { field.error(fault) }
        return ping
    }

    /// As services want names: letters, digits and `-`.
    private static func slug(of id: EntryID) -> String {
        String(
            decoding: id.description.utf8.map { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte + 32
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                    byte
                default: UInt8(ascii: "-")
                }
            }, as: UTF8.self)
    }
}
