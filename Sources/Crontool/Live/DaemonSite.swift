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
        if let key {
            return try only(found(before: end).filter { $0.key?.hasPrefix(key) ?? false }, "--daemon \(key)")
        }
        let wanted = registry ?? usual
        if let client = try connect(to: wanted, before: end) ?? behindLinks(to: wanted, before: end) { return client }
        guard registry == nil else { throw .absent(registry: wanted) }
        return try only(found(before: end), wanted)
    }

    /// One that was given another path to it.
    private func behindLinks(to registry: String, before end: MonotonicInstant) -> DaemonClient? {
        guard let real = try? FileSystem.realPath(registry) else { return nil }
        return found(before: end).compactMap { try? $0.result.get() }
            .first { (try? FileSystem.realPath($0.greeting.registry)) == real }
    }

    /// Those that this user may not ask are none of his. One that does not answer is there all the same: no other takes its place.
    private func only(_ found: [Found], _ wanted: String) throws(DaemonFailure) -> DaemonClient {
        let there = found.filter { !$0.isDenied }
        if there.count > 1 { throw .several(there.map(\.words)) }
        guard let only = there.first else {
            throw found.isEmpty ? .absent(registry: wanted) : .hidden(places: found.map(\.place), wanted)
        }
        return try only.result.get()
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

    /// A directory of a daemon, and the daemon, or why it cannot be asked.
    struct Found {
        let place: String
        /// `nil`: the place itself may not be read.
        let key: String?
        let result: Result<DaemonClient, DaemonFailure>

        var isDenied: Bool { if case .failure(let failure) = result { failure.isDenial } else { false } }

        /// For whoever has to choose.
        var words: String {
            let name = key ?? place
            switch result {
            case .success(let client): return "\(client.greeting.registry) (\(name), pid \(client.greeting.pid))"
            case .failure: return "\(name), which does not answer"
            }
        }
    }

    /// What lies in the runtime directories. Those of daemons that are no more are left out.
    func found(before end: MonotonicInstant = .distantFuture) -> [Found] {
        var found: [Found] = []
        for place in places {
            let names: [String]
            do throws(SystemError) {
                names = try FileSystem.names(in: place).filter { FileSystem.isDirectory("\(place)/\($0)") }
            } catch {
                guard error.isDenied else { continue }
                // It may be passed through all the same, by those who know what is in it.
                names = ListeningSocket.directories(below: place, of: RuntimePlace.controlSocket)
                if names.isEmpty { found.append(Found(place: place, key: nil, result: .failure(.system(error)))) }
            }
            for name in names.sorted() {
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
