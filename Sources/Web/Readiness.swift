import Clocks
import Crontool
import HTTPServer
import Kernel
import Wire

/// Whether the daemon answers, for machines that ask often.
enum Readiness {
    private static let patience = Nanoseconds.seconds(1)

    static func response(_ site: DaemonSite) -> HTTPResponse {
        do throws(DaemonFailure) {
            let client = try site.connect(before: Clock.monotonic() + patience)
            try client.ask(.ping, within: patience)
            return HTTPResponse(200, text: "ok")
        } catch {
            return HTTPResponse(503, text: error.description)
        }
    }
}
