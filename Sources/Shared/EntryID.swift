/// The name by which everything refers to a registry entry: `namespace:name`, as in `app:job.heartbeat`.
package struct EntryID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let description: String
    private let separator: Int

    package var namespace: Substring { Substring(description.utf8.prefix(separator)) }
    package var name: Substring { Substring(description.utf8.dropFirst(separator + 1)) }

    /// The last component of a dotted name: `heartbeat` of `app:job.heartbeat`.
    package var lastComponent: Substring { name.split(separator: ".").last ?? name }

    /// `nil` unless both parts are valid: see `isValidNamespace` and `isValidName`.
    package init?(namespace: some StringProtocol, name: some StringProtocol) {
        guard Self.isValidNamespace(namespace), Self.isValidName(name) else { return nil }
        self.description = "\(namespace):\(name)"
        self.separator = namespace.utf8.count
    }

    /// `nil` unless `text` is a namespace, one colon and a name.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        self.init(namespace: parts[0], name: parts[1])
    }

    /// What `isValidName` and `isValidNamespace` accept, for error messages.
    package static let rule = "letters, digits, '_', '-' and '.', at most 128 of them"

    package static func isValidName(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.count <= 128 && text.utf8.allSatisfy(isNameByte)
    }

    package static func isValidNamespace(_ text: some StringProtocol) -> Bool { isValidName(text) }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    package static func < (left: Self, right: Self) -> Bool { left.description < right.description }
    package static func == (left: Self, right: Self) -> Bool { left.description == right.description }
    package func hash(into hasher: inout Hasher) { hasher.combine(description) }
}
