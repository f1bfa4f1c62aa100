package import Clocks
package import HTTPServer
import Kernel

/// Who may see the pages, and who may do something to jobs.
package struct Access: Sendable {
    /// Names by which the server is called; IP addresses among them.
    private let hosts: Set<String>
    /// Any address in numbers: no name can lead a browser here whose owner changes what it stands for.
    private let takesAddresses: Bool
    package let hasActions: Bool
    private let token: [UInt8]?
    private let guesses: Guesses

    static let cookie = "cronweb"
    static let loginPath = "/login"
    /// They say nothing of jobs, and are asked by machines.
    private static let open: Set<String> = ["/healthz", "/readyz"]

    package init(hosts: [String], takesAddresses: Bool, hasActions: Bool, token: [UInt8]?) {
        self.hosts = Set(hosts.map { $0.lowercased() })
        (self.takesAddresses, self.hasActions, self.token) = (takesAddresses, hasActions, token)
        guesses = Guesses()
    }

    /// `nil`: it may go on.
    package func refuse(_ request: HTTPRequest, at now: MonotonicInstant) -> HTTPResponse? {
        guard let host = request.header("host"), isKnown(host) else {
            return HTTPResponse(421, text: "this host name is not one of --host")
        }
        guard ["GET", "HEAD", "POST"].contains(request.method) else {
            return HTTPResponse(405, headers: [.init(name: "Allow", value: "GET, HEAD, POST")])
        }
        if request.method == "POST", let refusal = refuse(post: request, host: host) { return refusal }
        return refuse(stranger: request, at: now)
    }

    // MARK: Hosts

    private func isKnown(_ host: String) -> Bool {
        let name = Self.name(of: host.lowercased())
        return hosts.contains(name) || (takesAddresses && InternetAddress("\(name):0") != nil)
    }

    /// Without its port: a tunnel has another one.
    private static func name(of host: String) -> String {
        guard let colon = host.lastIndex(of: ":"), host[host.index(after: colon)...].allSatisfy(\.isNumber) else {
            return host
        }
        return host.hasPrefix("[") && !host[..<colon].hasSuffix("]") ? host : String(host[..<colon])
    }

    // MARK: What changes something

    private func refuse(post request: HTTPRequest, host: String) -> HTTPResponse? {
        if request.path == Self.loginPath { return isSameOrigin(request, host) ? nil : Self.foreign }
        guard hasActions else {
            return HTTPResponse(403, text: "this page only shows; expected cronweb to be started with --actions")
        }
        guard isSameOrigin(request, host) else { return Self.foreign }
        let kind = request.header("content-type")?.split(separator: ";").first.map { $0.lowercased() }
        guard kind == "application/json" else { return HTTPResponse(415, text: "expected application/json") }
        return nil
    }

    private static let foreign = HTTPResponse(403, text: "the request comes from another site")

    /// What browsers say of where a request comes from. A page of another site can change neither.
    private func isSameOrigin(_ request: HTTPRequest, _ host: String) -> Bool {
        if let origin = request.header("origin") {
            guard origin == "http://\(host)" || origin == "https://\(host)" else { return false }
        }
        if let site = request.header("sec-fetch-site") { return site == "same-origin" }
        return request.header("origin") != nil
    }

    // MARK: Tokens

    private func refuse(stranger request: HTTPRequest, at now: MonotonicInstant) -> HTTPResponse? {
        guard let token, !Self.open.contains(request.path), !Assets.isOne(request.path),
            request.path != Self.loginPath
        else { return nil }
        guard let given = Self.given(request) else { return LoginPage.response(to: request, 401) }
        return guess(given, token, request, at: now).map { LoginPage.response(to: request, $0) }
    }

    /// `nil`: it is the right one; or else the status of a refusal.
    private func guess(
        _ given: [UInt8], _ token: [UInt8], _ request: HTTPRequest, at now: MonotonicInstant
    ) -> Int? {
        guard guesses.mayTry(request.peer, at: now) else { return 429 }
        if Self.isEqual(given, token) { return nil }
        guesses.note(request.peer, at: now)
        return 401
    }

    /// Of the form. The status of a refusal, or `nil`.
    func logIn(_ given: [UInt8], _ request: HTTPRequest, at now: MonotonicInstant) -> Int? {
        token.flatMap { guess(given, $0, request, at: now) }
    }

    private static func given(_ request: HTTPRequest) -> [UInt8]? {
        if let header = request.header("authorization") {
            let words = header.split(separator: " ")
            guard words.count == 2, words[0].lowercased() == "bearer" else { return nil }
            return Array(words[1].utf8)
        }
        for pair in (request.header("cookie") ?? "").split(separator: ";") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0].drop(while: { $0 == " " }) == Self.cookie else { continue }
            return RequestTarget.text(parts[1]).map { Array($0.utf8) }
        }
        return nil
    }

    /// Takes as long for one that is nearly right as for any other of its length.
    private static func isEqual(_ given: [UInt8], _ token: [UInt8]) -> Bool {
        var difference = given.count ^ token.count
        for index in token.indices { difference |= Int(token[index] ^ (index < given.count ? given[index] : 0)) }
        return difference == 0
    }
}
