/// How a record is written. One line each, in every format.
package enum LogFormat: String, CaseIterable, Sendable {
    /// For people: aligned, and only what a person needs.
    case text
    /// `key=value` for tools, with all that is known.
    case logfmt
    /// One JSON object a line (RFC 8259), with all that is known.
    case json

    /// Whether records carry what only tools ask for.
    var isDetailed: Bool { self != .text }
}
