/// How a record is written.
package enum LogFormat: String, CaseIterable, Sendable {
    /// For people: aligned, and only what a person needs. One line, as with the next two.
    case text
    /// `key=value` for tools, with all that is known.
    case logfmt
    /// One JSON object a line (RFC 8259), with all that is known.
    case json
    /// For systemd's journal: a text for people, and all that is known in fields of its own.
    case journal

    /// Whether records carry what only tools ask for.
    var isDetailed: Bool { self != .text }
}
