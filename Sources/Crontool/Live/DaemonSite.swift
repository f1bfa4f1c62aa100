package import Clocks
import Host
import Kernel
import Wire

/// Which daemon is asked.
package struct DaemonSite: Sendable {
    /// `nil`: that of the usual registry, or else the only one that is running.
    private let registry: String?
    /// What the name of its directory begins with; `nil`: any.
    private let key: String?
    private let places: [String]
    private let usual: String
    /// How long a daemon is waited for that says nothing.
    private let patience: Nanoseconds

    /// `place`: where its runtime directory is; `nil`: in one of the usual places.
    package init(
        registry: String? = nil, key: String? = nil, place: String?, usual: String,
        patience: Nanoseconds = DaemonClient.patience
    ) {
        (self.registry, self.key, self.usual, self.patience) = (registry, key, usual, patience)
        places = place.map { [$0] } ?? RuntimePlace.all
    }

    /// `end`: nothing is waited for after that.
    package func connect(before end: MonotonicInstant = .distantFuture) throws(DaemonFailure) -> DaemonClient {
        if let key { return try only(all(before: end).filter { $0.key.hasPrefix(key) }, "--daemon \(key)") }
        let wanted = registry ?? usual
        if let client = try connect(to: wanted, before: end) { return client }
        guard registry == nil else { throw .absent(registry: wanted) }
        return try only(all(before: end), wanted)
    }

    private func only(_ running: [DaemonClient], _ wanted: String) throws(DaemonFailure) -> DaemonClient {
        guard let only = running.first else { throw .absent(registry: wanted) }
        if running.count > 1 { throw .several(running.map { ($0.key, $0.greeting) }) }
        return only
    }

    /// The reason why one could not be asked counts if there is no other.
    private func connect(
        to registry: String, before end: MonotonicInstant
    ) throws(DaemonFailure) -> DaemonClient? {
        let key = RuntimePlace.key(of: registry)
        var obstacle: DaemonFailure?
        for place in places {
            do throws(DaemonFailure) {
                if let client = try client(in: "\(place)/\(key)", before: end) { return client }
            } catch {
                obstacle = obstacle ?? error.said(of: registry)
            }
        }
        if let obstacle { throw obstacle }
        return nil
    }

    private func client(
        in directory: String, before end: MonotonicInstant
    ) throws(DaemonFailure) -> DaemonClient? {
        try DaemonClient(in: directory, named: RuntimePlace.controlSocket, before: end, patience: patience)
    }

    /// Those that answer, as far as this user may look.
    private func all(before end: MonotonicInstant) -> [DaemonClient] {
        found(before: end).compactMap { try? $0.result.get() }
    }

    /// A directory of a daemon, and the daemon, or why it cannot be asked.
    struct Found {
        let place: String
        /// `nil`: the place itself may not be read.
        let key: String?
        let result: Result<DaemonClient, DaemonFailure>
    }

    /// What lies in the runtime directories. Those of daemons that are no more are left out.
    func found(before end: MonotonicInstant = .distantFuture) -> [Found] {
        var found: [Found] = []
        for place in places {
            let names: [String]
            do throws(SystemError) {
                names = try FileSystem.names(in: place)
            } catch {
                if error.isDenied { found.append(Found(place: place, key: nil, result: .failure(.system(error)))) }
                continue
            }
            for name in names.sorted() where FileSystem.isDirectory("\(place)/\(name)") {
                do throws(DaemonFailure) {
                    guard let client = try client(in: "\(place)/\(name)", before: end) else { continue }
                    found.append(Found(place: place, key: name, result: .success(client)))
                } catch {
                    found.append(Found(place: place, key: name, result: .failure(error)))
                }
            }
        }
        return found
    }
}

extension DaemonFailure {
    fileprivate func said(of registry: String) -> DaemonFailure {
        if case .system(let error) = self, error.isDenied { return .closed(registry: registry) }
        return self
    }
}
