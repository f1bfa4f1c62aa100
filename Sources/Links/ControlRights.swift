package import Kernel

/// What those may do who connect to a socket of ours, by who they are.
package struct ControlRights: Sendable {
    package enum Right: Int, Comparable, Sendable {
        case none, read, all

        package static func < (left: Right, right: Right) -> Bool { left.rawValue < right.rawValue }
    }

    package struct NoSuchGroup: Error, CustomStringConvertible {
        package let description: String
    }

    /// The daemon's own user.
    private let owner: UInt32
    private var operators: UInt32?
    private var observers: UInt32?

    /// What stands for all users of other namespaces, and so for nobody (user_namespaces(7)).
    private static let overflow: UInt32 = 65_534

    /// Root and the daemon's own user.
    package init(owner: UInt32 = ThisProcess.userID, operators: UInt32? = nil, observers: UInt32? = nil) {
        (self.owner, self.operators, self.observers) = (owner, operators, observers)
    }

    /// Groups by their names or numbers.
    package init(operators: String?, observers: String?) throws(NoSuchGroup) {
        self.init()
        self.operators = try Self.group(operators, "--operators")
        self.observers = try Self.group(observers, "--observers")
    }

    private static func group(_ name: String?, _ option: String) throws(NoSuchGroup) -> UInt32? {
        guard let name else { return nil }
        guard let number = UInt32(name) ?? UserTable.group(named: name) else {
            throw NoSuchGroup(description: "\(option): no group '\(name)'; expected a group's name or number")
        }
        return number
    }

    /// The same for a program of ours that is started with them.
    package var options: [String] {
        (operators.map { ["--operators", String($0)] } ?? []) + (observers.map { ["--observers", String($0)] } ?? [])
    }

    /// Whether others than those two may connect at all.
    package var areShared: Bool { operators != nil || observers != nil }

    /// Some connections are kept for them.
    package func isOwn(_ peer: Peer) -> Bool { peer.user == 0 || (peer.user == owner && peer.user != Self.overflow) }

    package func right(of peer: Peer) -> Right {
        if isOwn(peer) || isMember(peer, operators) { return .all }
        return isMember(peer, observers) ? .read : .none
    }

    private func isMember(_ peer: Peer, _ group: UInt32?) -> Bool {
        guard let group, group != Self.overflow, peer.user != Self.overflow else { return false }
        return peer.groups.contains(group)
    }
}
