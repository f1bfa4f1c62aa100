import HTTPServer

/// The form for the token.
enum LoginPage {
    static func response(to request: HTTPRequest, _ status: Int) -> HTTPResponse {
        let words = status == 429 ? "too many wrong tokens; wait a minute" : "a token is needed"
        var response: HTTPResponse
        if request.path.hasPrefix("/api/") || request.path == "/metrics" {
            response = HTTPResponse(status, text: words)
        } else {
            response = PageResponse.of(page(words), status)
        }
        if status == 401 { response.headers.append(.init(name: "WWW-Authenticate", value: "Bearer")) }
        if status == 429 { response.headers.append(.init(name: "Retry-After", value: "60")) }
        return response
    }

    private static func page(_ words: String) -> HTML {
        """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><title>cronsupd</title>
        <meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
        <link rel="icon" href="\(Assets.icon.path)"><link rel="stylesheet" href="\(Assets.style.path)"></head>
        <body class="login"><main id="main"><h1>cronsupd</h1>
        <form method="post" action="\(Access.loginPath)"><label for="token">Token</label>
        <input type="password" id="token" name="token" required autofocus autocomplete="current-password">
        <button type="submit">Enter</button></form><p class="none" role="status">\(words)</p></main></body></html>

        """
    }
}
