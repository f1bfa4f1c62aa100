/// What `cronworker --catalog` prints and the daemon reads: a line with the protocol that the program speaks, and one with the
/// name of each of its functions.
package struct FunctionCatalog: Sendable {
    /// Programs of the first protocol do not say it.
    package private(set) var version = Int64(1)
    package private(set) var names: Set<String> = []
    /// To be shown if it is no catalog.
    package private(set) var firstLine: String?

    package init() {}

    package mutating func take(_ line: UnsafeRawBufferPointer) {
        let text = String(decoding: line, as: UTF8.self)
        if firstLine == nil { firstLine = String(text.prefix(200)) }
        if text.hasPrefix("protocol ") { version = Int64(text.dropFirst("protocol ".count)) ?? version }
        if text.hasPrefix("function ") { names.insert(String(text.dropFirst("function ".count))) }
    }

    package static func text(of names: [String]) -> String {
        "protocol \(WireFormat.version)\n" + names.map { "function \($0)\n" }.joined()
    }
}
