/// What every message on the pipes has in common. docs/PROTOCOL.md describes each of them with examples.
package enum WireFormat {
    /// Announced in `ready` and in the first `definition`; the other side refuses any other number.
    package static let version = Int64(2)
    /// The longest message in bytes, with its newline: PIPE_BUF, so that a write is whole or not at all (pipe(7)).
    package static let longestMessage = 4_096

    /// The worker's descriptors when the daemon spawns it.
    package static let controlDescriptor: Int32 = 0
    package static let reportDescriptor: Int32 = 3
    /// Where a worker finds the registry that the daemon has in force.
    package static let registryDescriptor: Int32 = 4
    /// The job's lock, which is held as long as the worker has this open: no other worker of the job begins meanwhile.
    package static let lockDescriptor: Int32 = 5
    /// Where a worker notes its runs, for a daemon that could not hear of them; not open: it is to note nothing.
    package static let noteDescriptor: Int32 = 6
}

/// Why a line is not a message. Each names the part and what was expected.
package enum WireError: Error, Hashable, Sendable, CustomStringConvertible {
    case empty
    case unknownVerb(String)
    case missingField(String, verb: String)
    case badField(String, expected: String)
    case syntax(String)
    case notUTF8
    case unsupportedVersion(Int64)
    case notAgreed(Feature, verb: String)
    case tooLong

    package var description: String {
        switch self {
        case .empty: "empty message; expected a verb"
        case .unknownVerb(let verb): "unknown message '\(verb)'"
        case .missingField(let key, let verb): "message '\(verb)' has no field '\(key)'"
        case .badField(let key, let expected): "field '\(key)' is malformed; expected \(expected)"
        case .syntax(let problem): problem
        case .notUTF8: "text is not valid UTF-8"
        case .unsupportedVersion(let version):
            "protocol version \(version) is not spoken here; expected \(WireFormat.version)"
        case .notAgreed(let feature, let verb):
            "message '\(verb)' belongs to the feature '\(feature.rawValue)', which was not agreed on"
        case .tooLong: "longer than \(WireFormat.longestMessage) bytes"
        }
    }
}
