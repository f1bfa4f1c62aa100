import Notify
import Testing
import Values

@Suite("The URL of a ping")
struct PingURLTests {
    /// `event`: as JSON.
    private func url(_ event: String, _ url: String = "https://hc.example/u") throws -> String {
        PingURL.of(try JSONCoding.value(from: Array(event.utf8)), url)
    }

    @Test("says what has happened as Healthchecks has it")
    func events() throws {
        #expect(try url(#"{"event": "start", "rid": "r"}"#) == "https://hc.example/u/start?rid=r")
        #expect(try url(#"{"event": "success", "rid": "r"}"#) == "https://hc.example/u?rid=r")
        #expect(try url(#"{"event": "failure", "rid": "r"}"#) == "https://hc.example/u/fail?rid=r")
        #expect(try url(#"{"event": "failure", "code": 3}"#) == "https://hc.example/u/3")
        #expect(try url(#"{"event": "failure", "code": 300}"#) == "https://hc.example/u/fail")
        #expect(try url("{}") == "https://hc.example/u")
    }

    @Test("keeps its query behind the path")
    func query() throws {
        #expect(
            try url(#"{"event": "start", "rid": "r"}"#, "https://hc.example/k/slug/?create=1")
                == "https://hc.example/k/slug/start?create=1&rid=r")
    }
}
