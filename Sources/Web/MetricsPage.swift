import Clocks
import Crontool
import HTTPServer
import Kernel
import Metrics

/// What is measured, for those who scrape it.
struct MetricsPage {
    let site: DaemonSite
    let mostJobs: Int

    private static let patience = Nanoseconds.seconds(5)

    func response(to request: HTTPRequest) -> HTTPResponse {
        let format = MetricsFormat(accept: request.header("accept") ?? "")
        do throws(DaemonFailure) {
            let client = try site.connect(before: Clock.monotonic() + Self.patience)
            return response(try MetricsSnapshot(client), format)
        } catch {
            // That nobody answers is a value too: a scrape that fails would say that cronweb is not there.
            return error.isPassing
                ? response(MetricsSnapshot(), format) : HTTPResponse(503, text: error.description)
        }
    }

    private func response(_ snapshot: MetricsSnapshot, _ format: MetricsFormat) -> HTTPResponse {
        HTTPResponse(
            200, headers: [.init(name: "Content-Type", value: format.contentType)],
            body: MetricsText.of(snapshot, format, labels: [], mostJobs: mostJobs))
    }
}
