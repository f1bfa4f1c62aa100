import Clocks
import Kernel
import Synchronization
import TestSupport
import Testing

@testable import HTTPServer

/// The server with its library, over a socket in a directory of the test.
@Suite("The HTTP server")
struct HTTPServerTests {
    private final class Application: HTTPApplication {
        let streams = Mutex<[EventStream]>([])
        let ended = Mutex(0)

        func refuse(_ head: HTTPRequest) -> HTTPResponse? {
            head.method == "DELETE" ? HTTPResponse(403, text: "no") : nil
        }

        func answer(_ request: HTTPRequest) -> HTTPAnswer {
            switch request.path {
            case "/later": return .later { HTTPResponse(200, text: "later") }
            case "/echo": return .now(HTTPResponse(200, body: request.body))
            case "/stream":
                let stream = EventStream { self.ended.withLock { $0 += 1 } }
                stream.push(Array("one".utf8))
                streams.withLock { $0.append(stream) }
                return .stream(HTTPResponse(200), stream)
            default:
                let query = request.query.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
                return .now(HTTPResponse(200, text: "\(request.method) \(request.path) [\(query)] \(request.peer)"))
            }
        }
    }

    private struct Client: ~Copyable {
        let socket: StreamSocket

        init(_ directory: String) throws { socket = try StreamSocket(connectingTo: "http", in: directory) }

        func send(_ text: String) throws { _ = try socket.send(Array(text.utf8)) }

        /// What comes until the end, or until `isEnough`.
        func receive(until isEnough: (String) -> Bool = { _ in false }) throws -> String {
            var (bytes, piece) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
            var isAtEnd = false
            _ = try eventually {
                switch try socket.read(into: &piece) {
                case .bytes(let count): bytes += piece[..<count]
                case .closed: isAtEnd = true
                case .wouldBlock: break
                }
                return isAtEnd || isEnough(String(decoding: bytes, as: UTF8.self))
            }
            return String(decoding: bytes, as: UTF8.self) + (isAtEnd ? "<end>" : "")
        }
    }

    private func serve(
        _ limits: HTTPLimits = HTTPLimits(), _ body: (String, Application) throws -> Void
    ) throws {
        let directory = try TemporaryDirectory()
        let application = Application()
        try HTTPServer(application, limits).serve(try FileListener("http", in: directory.path, mode: 0o600))
        try body(directory.path, application)
    }

    private func ask(_ directory: String, _ text: String) throws -> String {
        let client = try Client(directory)
        try client.send(text)
        return try client.receive()
    }

    @Test("answers, and ends the connection after one request")
    func answers() throws {
        try serve { directory, _ in
            let get = "GET /a%20b?c=d+e HTTP/1.1\r\nHost: localhost\r\n\r\n"
            for text in [get, get + get] {
                let answer = try ask(directory, text)
                #expect(
                    answer.hasPrefix("HTTP/1.1 200 ") && answer.hasSuffix("\r\n\r\nGET /a b [c=d e] unix\n<end>"),
                    "\(answer)")
                #expect(answer.contains("Connection: close\r\n"))
            }
        }
    }

    @Test("answers each of many that ask at once, whenever their bytes come")
    func many() throws {
        try serve { directory, _ in
            for number in 0..<300 {
                let client = try Client(directory)
                // In two pieces, or at once with the connection.
                if number % 2 == 0 { try client.send("GET /") }
                try client.send("\(number % 2 == 0 ? "" : "GET /")\(number) HTTP/1.1\r\nHost: a\r\n\r\n")
                let answer = try client.receive()
                #expect(answer.contains("GET /\(number) [] unix\n<end>"), "\(answer)")
            }
        }
    }

    @Test("answers what takes time on another thread, and takes bodies up to their limit")
    func bodies() throws {
        var limits = HTTPLimits()
        limits.body = 100
        try serve(limits) { directory, _ in
            let late = try ask(directory, "GET /later HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(late.hasSuffix("later\n<end>"))
            let body = String(repeating: "x", count: 100)
            let post = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: "
            let whole = try ask(directory, "\(post)100\r\n\r\n\(body)")
            #expect(whole.hasSuffix("\r\n\r\n\(body)<end>"))
            let tooLong = try ask(directory, "\(post)101\r\n\r\n\(body)x")
            #expect(tooLong.hasPrefix("HTTP/1.1 413 "))
            // Before its body has come.
            #expect(
                try ask(directory, "DELETE / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n").hasPrefix(
                    "HTTP/1.1 403 "))
        }
    }

    @Test("refuses with 400 what the guard or the library refuses, and ends the connection")
    func refusals() throws {
        try serve { directory, _ in
            for text in [
                "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET / HTTP/1.1\nHost: a\n\n",
                "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: +4\r\n\r\nabcd",
                "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /?a=%ff HTTP/1.1\r\nHost: a\r\n\r\n",
            ] {
                let answer = try ask(directory, text)
                #expect(answer.hasPrefix("HTTP/1.1 400 ") && answer.hasSuffix("<end>"), "\(text): \(answer)")
            }
        }
    }

    @Test("sends what is pushed as it comes, and learns that nobody reads it any more")
    func streams() throws {
        try serve { directory, application in
            do {
                let client = try Client(directory)
                try client.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
                let early = try client.receive { $0.contains("one") }
                #expect(early.contains("HTTP/1.1 200 "))
                let stream = try #require(application.streams.withLock { $0.first })
                stream.push(Array("two".utf8))
                let quick = try client.receive { $0.contains("two") }
                #expect(quick.contains("two"))
                stream.close()
                let young = try client.receive()
                #expect(young.hasSuffix("<end>"))
            }
            #expect(eventually { application.ended.withLock { $0 } == 1 })
            do {
                let client = try Client(directory)
                try client.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
                _ = try client.receive { $0.contains("one") }
            }
            let stream = try #require(application.streams.withLock { $0.last })
            #expect(
                eventually {
                    stream.push(Array("is anybody there?".utf8))
                    return application.ended.withLock { $0 } == 2
                })
        }
    }

    @Test("has the oldest of those who say nothing go for a new one, whose request is answered")
    func slowOnes() throws {
        var limits = HTTPLimits()
        limits.waiting = 3
        try serve(limits) { directory, _ in
            let first = try Client(directory)
            try first.send("GET /slow HTTP/1.1\r\n")
            let others = [try Box(Client(directory)), try Box(Client(directory))]
            for other in others { try other.client.send("GET") }
            let more = try ask(directory, "GET /quick HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(more.contains("GET /quick"))
            #expect(try first.receive() == "<end>")
            // The youngest is still there.
            try others[1].client.send(" /late HTTP/1.1\r\nHost: a\r\n\r\n")
            let rest = try others[1].client.receive()
            #expect(rest.contains("GET /late"))
        }
    }

    private final class Box {
        let client: Client
        init(_ client: consuming Client) { self.client = client }
    }
}
