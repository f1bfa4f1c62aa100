import Clocks
import Synchronization

/// Tokens that were wrong, by where they came from: a few a minute, and then none is looked at.
final class Guesses: Sendable {
    private let times = Mutex<[String: [MonotonicInstant]]>([:])

    private static let most = 5
    private static let span = Nanoseconds.seconds(60)
    /// The addresses that are remembered.
    private static let mostPeers = 1_024

    func mayTry(_ peer: String, at now: MonotonicInstant) -> Bool {
        times.withLock { times in (times[Self.network(peer)] ?? []).count { now - $0 < Self.span } < Self.most }
    }

    func note(_ peer: String, at now: MonotonicInstant) {
        times.withLock { times in
            let network = Self.network(peer)
            if times.count >= Self.mostPeers, times[network] == nil {
                times = times.filter { now - ($0.value.last ?? now) < Self.span }
                if times.count >= Self.mostPeers { times.removeAll() }
            }
            times[network] = (times[network] ?? []).suffix(Self.most - 1) + [now]
        }
    }

    /// How many addresses are remembered.
    var count: Int { times.withLock { $0.count } }

    /// Of IPv6 a user has as many addresses as there are in its first half.
    private static func network(_ peer: String) -> String {
        guard peer.contains(":") else { return peer }
        let groups = peer.split(separator: ":", omittingEmptySubsequences: false)
        guard let gap = groups.firstIndex(where: \.isEmpty) else { return groups.prefix(4).joined(separator: ":") }
        let head = groups[..<gap]
        return (head + [Substring](repeating: "0", count: max(0, 4 - head.count))).prefix(4).joined(separator: ":")
    }
}
