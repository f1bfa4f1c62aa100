import HTTPServer
import Values

/// Pages and JSON, with what browsers are told about them.
enum PageResponse {
    static func of(_ page: HTML, _ status: Int = 200) -> HTTPResponse {
        response(status, "text/html; charset=utf-8", Array(page.text.utf8))
    }

    static func json(_ value: Value, _ status: Int = 200) -> HTTPResponse {
        response(status, "application/json", Array((JSONCoding.output(value) + "\n").utf8))
    }

    static func failure(_ status: Int, _ code: String, _ error: String) -> HTTPResponse {
        json(.object([("error", .string(error)), ("code", .string(code))]), status)
    }

    private static func response(_ status: Int, _ kind: String, _ body: [UInt8]) -> HTTPResponse {
        HTTPResponse(
            status,
            headers: [.init(name: "Content-Type", value: kind), .init(name: "Cache-Control", value: "no-store")],
            body: body)
    }

    /// Nothing but what comes from here is loaded or run, and nobody else's page shows this one.
    private static let safety: [(String, String)] = [
        (
            "Content-Security-Policy",
            "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
        ),
        ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"), ("X-Frame-Options", "DENY"),
        ("Cross-Origin-Resource-Policy", "same-origin"), ("Cross-Origin-Opener-Policy", "same-origin"),
    ]

    static func safe(_ response: HTTPResponse) -> HTTPResponse {
        var response = response
        response.headers += safety.map { .init(name: $0.0, value: $0.1) }
        return response
    }
}
