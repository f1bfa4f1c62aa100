import Host
import Kernel
import Wire

/// Which daemon is asked.
package struct DaemonSite {
    /// `nil`: that of the usual registry, or else the only one that is running.
    private let registry: String?
    private let places: [String]
    private let usual: String

    /// `place`: where its runtime directory is; `nil`: in one of the usual places.
    package init(registry: String?, place: String?, usual: String) {
        (self.registry, self.usual) = (registry, usual)
        places = place.map { [$0] } ?? RuntimePlace.all
    }

    package func connect() throws(DaemonFailure) -> DaemonClient {
        let wanted = registry ?? usual
        if let client = try connect(to: wanted) { return client }
        guard registry == nil else { throw .absent(registry: wanted) }
        let running = try all()
        guard let only = running.first else { throw .absent(registry: wanted) }
        if running.count > 1 { throw .several(running.map(\.greeting)) }
        return only
    }

    /// The reason why one could not be asked counts if there is no other.
    private func connect(to registry: String) throws(DaemonFailure) -> DaemonClient? {
        let key = RuntimePlace.key(of: registry)
        var obstacle: DaemonFailure?
        for place in places {
            do throws(DaemonFailure) {
                if let client = try client(in: "\(place)/\(key)") { return client }
            } catch {
                obstacle = obstacle ?? error.said(of: registry)
            }
        }
        if let obstacle { throw obstacle }
        return nil
    }

    private func client(in directory: String) throws(DaemonFailure) -> DaemonClient? {
        try DaemonClient(in: directory, named: RuntimePlace.controlSocket)
    }

    /// Those that answer, as far as this user may look.
    private func all() throws(DaemonFailure) -> [DaemonClient] {
        var clients: [DaemonClient] = []
        for place in places {
            for name in (try? FileSystem.names(in: place)) ?? [] {
                if let client = try? client(in: "\(place)/\(name)") { clients.append(client) }
            }
        }
        return clients
    }
}

extension DaemonFailure {
    fileprivate func said(of registry: String) -> DaemonFailure {
        if case .system(let error) = self, error.isDenied { return .closed(registry: registry) }
        return self
    }
}
