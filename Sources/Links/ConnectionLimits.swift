package import Clocks
package import Kernel

/// Somebody who is connected to a socket of ours.
package protocol ConnectedClient: AnyObject {
    var peer: Peer { get }
    /// Nothing that it has asked for is left to be done or to be read.
    var isIdle: Bool { get }
    var lastUse: MonotonicInstant { get }
    /// Of two that were used at one moment the one with the lower number came first.
    var order: UInt32 { get }
}

/// How many may be connected to a socket.
///
/// | who comes             | is let in                                                                                          |
/// |-----------------------|----------------------------------------------------------------------------------------------------|
/// | one of `ofOneUser`    | in the place of the one of that user that has been idle for longest; if none is, not at all         |
/// | one of all but `kept` | the same of those who are neither root nor the daemon's own user                                    |
/// | root or that user     | always while fewer than `most` are there; else in the place of whoever has been idle for longest    |
package struct ConnectionLimits: Sendable {
    /// Those who ask.
    package var most = 64
    /// Of these, so many are kept for root and the daemon's own user.
    package var kept = 8
    package var ofOneUser = 16
    /// Those who wait for something: they count apart.
    package var waiting = 256

    package init() {}
    package init(most: Int = 64, kept: Int = 8, ofOneUser: Int = 16, waiting: Int = 256) {
        (self.most, self.kept, self.ofOneUser, self.waiting) = (most, kept, ofOneUser, waiting)
    }

    /// Whether there is room for one more.
    package enum Room<Client> {
        case free
        /// If this one goes.
        case instead(of: Client)
        case none
    }

    /// `clients`: those who ask.
    package func room<Client: ConnectedClient>(
        for peer: Peer, among clients: [Client], _ rights: ControlRights
    ) -> Room<Client> {
        let isOwn = rights.isOwn(peer)
        let others = clients.filter { !rights.isOwn($0.peer) }
        let sameUser = others.filter { $0.peer.user == peer.user }
        if !isOwn, sameUser.count >= ofOneUser { return room(of: sameUser) }
        if !isOwn, others.count >= most - kept { return room(of: others) }
        if clients.count >= most { return room(of: isOwn ? clients : others) }
        return .free
    }

    private func room<Client: ConnectedClient>(of clients: [Client]) -> Room<Client> {
        let idle = clients.filter(\.isIdle)
        let oldest = idle.min { ($0.lastUse, $0.order) < ($1.lastUse, $1.order) }
        return oldest.map { .instead(of: $0) } ?? .none
    }

    /// The same of those who stay for what comes, of whom none gives way. `nil`: there is room; else what is said to the one for whom
    /// there is none.
    package func refusal(of peer: Peer, among followers: [Peer], _ rights: ControlRights) -> String? {
        let isOwn = rights.isOwn(peer)
        let others = followers.filter { !rights.isOwn($0) }
        let sameUser = others.count { $0.user == peer.user }
        if !isOwn, sameUser >= ofOneUser { return "\(sameUser) others of user \(peer.user) follow already" }
        let isFull = followers.count >= most || !isOwn && others.count >= most - kept
        return isFull ? "\(followers.count) others follow already" : nil
    }
}
