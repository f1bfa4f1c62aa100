import Clocks
import Kernel
import Testing

@testable import Links

@Suite("Those who are connected")
struct ConnectionLimitsTests {
    private final class Client: ConnectedClient {
        let peer: Peer
        let isIdle: Bool
        let lastUse: MonotonicInstant
        let order: UInt32

        init(_ user: UInt32, isIdle: Bool = true, used second: Int64 = 0, order: UInt32 = 0) {
            (peer, self.isIdle, self.order) = (Peer(process: 1, user: user, groups: []), isIdle, order)
            lastUse = MonotonicInstant(nanoseconds: second * 1_000_000_000)
        }
    }

    private let rights = ControlRights(owner: 7)
    private let limits = ConnectionLimits(most: 10, kept: 2, ofOneUser: 4)

    /// Who goes; `nil`: nobody need.
    private func room(_ user: UInt32, _ clients: [Client]) -> (isFree: Bool, gone: Client?) {
        switch limits.room(for: Peer(process: 1, user: user, groups: []), among: clients, rights) {
        case .free: (true, nil)
        case .instead(let client): (false, client)
        case .none: (false, nil)
        }
    }

    @Test("are at most so many of one user, of whom the one that was idle for longest gives way")
    func ofOneUser() {
        let busy = (0..<4).map { _ in Client(1_000, isIdle: false) }
        #expect(room(1_000, Array(busy.dropLast())).isFree)
        let refused = room(1_000, busy)
        #expect(!refused.isFree && refused.gone == nil)
        for user in [UInt32(1_001), 0, 7] { #expect(room(user, busy).isFree) }
        let idle = [Client(1_000, used: 3), Client(1_000, used: 2), Client(1_001, used: 1)]
        #expect(room(1_000, busy.dropLast(2) + idle).gone === idle[1])
        // Root and the daemon's own user have no such limit.
        #expect(room(0, (0..<6).map { _ in Client(0, isIdle: false) }).isFree)
        let same = [Client(1_000, order: 5), Client(1_000, order: 4)]
        #expect(room(1_000, busy.dropLast(2) + same).gone === same[1])
    }

    @Test("leave room for root and the daemon's own user")
    func kept() {
        let others = (0..<8).map { Client(1_000 + UInt32($0), isIdle: false) }
        let refused = room(2_000, others)
        #expect(!refused.isFree && refused.gone == nil)
        for user in [UInt32(0), 7] { #expect(room(user, others).isFree) }
        let own = (0..<2).map { _ in Client(0) }
        #expect(room(0, others + own).gone === own[0])
        let idle = Client(3_000)
        #expect(room(2_000, others.dropLast() + [idle] + own).gone === idle)
    }

    @Test("who stay keep no other user out, and never root")
    func followers() {
        func peers(_ user: UInt32, _ count: Int) -> [Peer] {
            Array(repeating: Peer(process: 1, user: user, groups: []), count: count)
        }
        func refusal(_ user: UInt32, _ followers: [Peer]) -> String? {
            limits.refusal(of: Peer(process: 1, user: user, groups: []), among: followers, rights)
        }
        #expect(refusal(1_000, peers(1_000, 3)) == nil)
        #expect(refusal(1_000, peers(1_000, 4)) == "4 others of user 1000 follow already")
        #expect(refusal(1_001, peers(1_000, 4)) == nil && refusal(0, peers(1_000, 4)) == nil)
        let crowd = peers(1_000, 4) + peers(1_001, 4)
        #expect(refusal(1_002, crowd) == "8 others follow already" && refusal(0, crowd) == nil)
        #expect(refusal(0, crowd + peers(0, 2)) == "10 others follow already")
        #expect(refusal(0, peers(0, 9)) == nil)
    }
}
