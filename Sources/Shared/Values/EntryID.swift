import Clocks

/// The name by which everything refers to a registry entry: `namespace:name`, as in `app:job.heartbeat`. Each part has
/// 1 to 128 letters and digits of ASCII, `_`, `-` and `.`.
public struct EntryID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let description: String
    /// Where the colon stands, in bytes.
    private let separator: Int

    public var namespace: Substring { Substring(description.utf8.prefix(separator)) }
    public var name: Substring { Substring(description.utf8.dropFirst(separator + 1)) }

    /// The last component of a dotted name: `heartbeat` of `app:job.heartbeat`.
    public var lastComponent: Substring { name.split(separator: ".").last ?? name }

    /// `nil` unless both parts are valid.
    public init?(namespace: String, name: String) { self.init("\(namespace):\(name)") }

    /// `nil` unless `text` is a namespace, one colon and a name.
    // Concrete and byte by byte: every worker makes one of these at its start, and a generic split would cost each of
    // them forty kilobytes of the runtime's tables.
    public init?(_ text: String) {
        let bytes = text.utf8
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), Self.isValid(bytes[..<colon]),
            Self.isValid(bytes[bytes.index(after: colon)...])
        else { return nil }
        description = text
        separator = bytes.distance(from: bytes.startIndex, to: colon)
    }

    /// Of no entry, for a reader to fill.
    package init() { (description, separator) = ("", 0) }

    /// What `isValidName` accepts, for error messages.
    package static let rule = "letters, digits, '_', '-' and '.', at most 128 of them"

    /// Whether `text` may be a namespace, or a name in one.
    package static func isValidName(_ text: String) -> Bool { isValid(text.utf8[...]) }

    private static func isValid(_ bytes: Substring.UTF8View) -> Bool {
        !bytes.isEmpty && bytes.count <= 128 && bytes.allSatisfy(isNameByte)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        ASCII.isWord(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }

    public static func < (left: Self, right: Self) -> Bool { left.description < right.description }
    public static func == (left: Self, right: Self) -> Bool { left.description == right.description }
    public func hash(into hasher: inout Hasher) { hasher.combine(description) }
}
