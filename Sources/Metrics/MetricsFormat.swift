/// How metrics are written down.
package enum MetricsFormat: String, CaseIterable, Sendable {
    /// That of Prometheus, version 0.0.4.
    case text
    /// OpenMetrics 1.0.
    case openmetrics

    /// For an answer by HTTP.
    package var contentType: String {
        switch self {
        case .text: "text/plain; version=0.0.4; charset=utf-8"
        case .openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }

    /// What the header field `Accept` of a request by HTTP asks for.
    package init(accept: String) {
        self = Self.weight(of: "application/openmetrics-text", in: accept) > 0 ? .openmetrics : .text
    }

    /// In thousandths.
    private static func weight(of type: String, in accept: String) -> Int {
        for range in accept.lowercased().split(separator: ",") {
            let parts = range.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            guard parts.first == type, !parts.contains(where: { $0.hasPrefix("version=") && !isKnown($0) }) else {
                continue
            }
            let quality = parts.first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            return Int(max(0, min(1, quality)) * 1_000)
        }
        return 0
    }

    private static func isKnown(_ version: String) -> Bool {
        ["version=1.0.0", "version=\"1.0.0\""].contains(version)
    }
}
