import HTTPServer
import Values

/// The files of the pages, which are in the program itself.
enum Assets {
    struct Asset: Sendable {
        let name: String
        let kind: String
        let bytes: [UInt8]
        /// Changes with what is in it.
        let tag: String

        init(_ name: String, _ kind: String, _ text: String) {
            (self.name, self.kind, bytes) = (name, kind, Array(text.utf8))
            tag = String(StableHash.of(Array(text.utf8)), radix: 36)
        }

        /// What is there under this path never changes.
        var path: String { "\(Assets.prefix)\(name)?v=\(tag)" }
    }

    static let prefix = "/assets/"
    static let style = Asset("style.css", "text/css; charset=utf-8", AssetText.style)
    static let script = Asset("script.js", "text/javascript; charset=utf-8", AssetText.script)
    static let icon = Asset("icon.svg", "image/svg+xml", AssetText.icon)
    static let failingIcon = Asset("failing.svg", "image/svg+xml", AssetText.failing)
    private static let all = [style, script, icon, failingIcon]

    static func isOne(_ path: String) -> Bool { all.contains { prefix + $0.name == path } }

    /// `nil`: the path is none of theirs.
    static func response(to request: HTTPRequest) -> HTTPResponse? {
        guard let asset = all.first(where: { prefix + $0.name == request.path }) else { return nil }
        let tag = "\"\(asset.tag)\""
        // Without its version the path stands for whatever the next program has.
        let isExact = request.query("v") == asset.tag
        let headers: [HTTPRequest.Field] = [
            .init(name: "ETag", value: tag),
            .init(name: "Cache-Control", value: isExact ? "max-age=31536000, immutable" : "no-cache"),
        ]
        let known = (request.header("if-none-match") ?? "").split(separator: ",").map { $0.drop { $0 == " " } }
        if known.contains(where: { $0 == tag || $0 == "*" }) { return HTTPResponse(304, headers: headers) }
        return HTTPResponse(
            200, headers: headers + [.init(name: "Content-Type", value: asset.kind)], body: asset.bytes)
    }
}
