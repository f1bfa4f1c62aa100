package import Metrics
import Wire

extension MetricsSnapshot {
    /// Of a running daemon.
    package init(_ client: DaemonClient) throws(DaemonFailure) {
        var snapshot = MetricsSnapshot(client.greeting)
        try client.ask(.metrics) { snapshot.take($0) }
        self = snapshot
    }
}
