import Shared

/// The user that the daemon runs as, and so every job of its.
package struct RunningUser: Hashable, Sendable {
    package let number: UInt32
    /// `nil`: it has none.
    package let name: String?

    package init(number: UInt32, name: String?) { (self.number, self.name) = (number, name) }

    package static let root = RunningUser(number: 0, name: "root")

    /// Whether an entry's `user` means this one. Digits are a number.
    func isMeant(by value: Value) -> Bool {
        guard let text = Self.text(of: value) else { return false }
        return text == name || text == String(number)
    }

    /// `nil`: the value can be neither a name nor a number.
    static func text(of value: Value) -> String? {
        switch value {
        case .string(let name): name
        case .int(let number): String(number)
        case .null, .bool, .double, .list, .map: nil
        }
    }
}

extension RunningUser: CustomStringConvertible {
    package var description: String { name ?? String(number) }
}
