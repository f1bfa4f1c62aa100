import Clocks
import HTTPServer
import Testing

@testable import Web

@Suite("Who may see and do what")
struct AccessTests {
    private let now = MonotonicInstant(nanoseconds: 1_000_000_000_000)

    private func request(
        _ method: String = "GET", _ path: String = "/", _ headers: [String: String] = [:], peer: String = "192.0.2.1"
    ) -> HTTPRequest {
        let all = ["host": "localhost:8023"].merging(headers) { $1 }
        return HTTPRequest(method, path, headers: all.map { .init(name: $0, value: $1) }, peer: peer)
    }

    private func access(
        actions: Bool = false, addresses: Bool = false, token: String? = nil
    ) -> Access {
        Access(
            hosts: ["localhost", "127.0.0.1", "[::1]", "Jobs.example.org"], takesAddresses: addresses,
            hasActions: actions, token: token.map { Array($0.utf8) })
    }

    private func status(_ access: Access, _ request: HTTPRequest, later: Int64 = 0) -> Int? {
        access.refuse(request, at: now + .seconds(later))?.status
    }

    @Test(
        "a name that was not given is refused, whatever its port",
        arguments: [
            ("localhost", nil), ("localhost:1", nil), ("127.0.0.1:8023", nil), ("[::1]:8023", nil), ("[::1]", nil),
            ("jobs.EXAMPLE.org", nil), ("evil.org", 421), ("localhost.evil.org", 421), ("127.0.0.2", 421),
            ("localhost:80:80", 421), ("", 421), ("localhost@evil.org", 421), ("[::2]", 421),
        ] as [(String, Int?)])
    func hosts(_ host: String, _ expected: Int?) {
        #expect(status(access(), request("GET", "/", ["host": host])) == expected)
    }

    @Test("one who listens on all addresses takes any in numbers, and no other name")
    func addresses() {
        let access = access(addresses: true)
        #expect(status(access, request("GET", "/", ["host": "10.1.2.3:80"])) == nil)
        #expect(status(access, request("GET", "/", ["host": "[2001:db8::1]:80"])) == nil)
        #expect(status(access, request("GET", "/", ["host": "10.1.2.3.evil.org"])) == 421)
        var none = request()
        none.headers = []
        #expect(status(access, none) == 421)
    }

    private let json = ["content-type": "application/json"]

    @Test(
        "without --actions each change is refused",
        arguments: ["run", "pause", "resume", "cancel", "restart", "reset"].map { "/api/v1/jobs/a:b/\($0)" } + [
            "/api/v1/reload", "/", "/nothing", "/healthz",
        ])
    func withoutActions(_ path: String) {
        let headers = json.merging(["sec-fetch-site": "same-origin"]) { $1 }
        #expect(status(access(), request("POST", path, headers)) == 403)
        #expect(status(access(actions: true), request("POST", path, headers)) == nil)
    }

    @Test(
        "with --actions a change comes from the page itself, as JSON",
        arguments: [
            (["sec-fetch-site": "same-origin"], nil), (["origin": "http://localhost:8023"], nil),
            (["origin": "https://localhost:8023", "sec-fetch-site": "same-origin"], nil), ([:], 403),
            (["origin": "http://evil.org"], 403), (["origin": "null"], 403), (["sec-fetch-site": "cross-site"], 403),
            (["sec-fetch-site": "same-site"], 403), (["sec-fetch-site": "none"], 403),
            (["origin": "http://localhost:8024"], 403), (["origin": "http://localhost:8023.evil.org"], 403),
            (["origin": "http://evil.org", "sec-fetch-site": "same-origin"], 403),
            (["origin": "http://localhost:8023", "sec-fetch-site": "cross-site"], 403),
        ] as [([String: String], Int?)])
    func origins(_ headers: [String: String], _ expected: Int?) {
        let path = "/api/v1/jobs/a:b/run"
        #expect(status(access(actions: true), request("POST", path, json.merging(headers) { $1 })) == expected)
    }

    @Test("and nothing that a form can send", arguments: ["text/plain", "application/x-www-form-urlencoded", nil])
    func kinds(_ kind: String?) {
        var headers = ["sec-fetch-site": "same-origin"]
        if let kind { headers["content-type"] = kind }
        #expect(status(access(actions: true), request("POST", "/api/v1/reload", headers)) == 415)
        headers["content-type"] = "application/json; charset=utf-8"
        #expect(status(access(actions: true), request("POST", "/api/v1/reload", headers)) == nil)
        #expect(status(access(actions: true), request("PUT", "/", headers)) == 405)
    }

    // MARK: Tokens

    private let token = "0123456789abcdef"

    @Test("a token is asked for, but by what says nothing of jobs")
    func tokens() {
        let access = access(token: token)
        for path in ["/", "/jobs/a:b", "/api/v1/jobs", "/metrics"] {
            #expect(status(access, request("GET", path)) == 401)
        }
        for path in ["/healthz", "/readyz", "/login", "/assets/style.css"] {
            #expect(status(access, request("GET", path)) == nil, "\(path)")
        }
        for headers in [["authorization": "Bearer \(token)"], ["cookie": "a=b; cronweb=\(token)"]] {
            #expect(status(access, request("GET", "/", headers)) == nil)
        }
        for headers in [
            ["authorization": "Basic \(token)"], ["cookie": "cronweb=x"], ["authorization": "Bearer \(token)x"],
            ["authorization": "Bearer \(token.dropLast())"],
        ] { #expect(status(access, request("GET", "/", headers, peer: "192.0.2.9")) == 401) }
    }

    @Test("five wrong ones a minute from an address, and then not even the right one")
    func guesses() {
        let access = access(token: token)
        let wrong = request("GET", "/", ["authorization": "Bearer wrong"])
        let right = request("GET", "/", ["authorization": "Bearer \(token)"])
        for second in 0..<5 { #expect(status(access, wrong, later: Int64(second)) == 401) }
        #expect(status(access, wrong, later: 5) == 429 && status(access, right, later: 5) == 429)
        #expect(access.logIn(Array(token.utf8), right, at: now + .seconds(5)) == 429)
        let other = request("GET", "/", ["authorization": "Bearer \(token)"], peer: "192.0.2.2")
        #expect(status(access, other, later: 5) == nil)
        #expect(status(access, right, later: 60) == nil)
    }

    @Test("of IPv6 the whole of a user's network counts")
    func networks() {
        let guesses = Guesses()
        for index in 0..<5 { guesses.note("2001:db8:0:7::\(index)", at: now) }
        #expect(!guesses.mayTry("2001:db8:0:7:1:2:3:4", at: now))
        #expect(guesses.mayTry("2001:db8:0:8::1", at: now))
    }

    @Test("more addresses than are remembered do not grow it for ever")
    func manyAddresses() {
        let guesses = Guesses()
        for index in 0..<5_000 { guesses.note("10.0.\(index / 256).\(index % 256)", at: now) }
        #expect(guesses.count <= 1_024)
    }
}
