/// What a program speaks in addition to what all programs of its protocol do. The daemon's `definition` offers its features, and
/// the worker's `ready` says which of them it has too: these are agreed on, and the verbs of all others are refused.
package enum Feature: String, Hashable, Sendable, CaseIterable {
    /// A run may need leave: `due` and `skip`.
    case gates
    /// A worker tells of what it has killed: `leftovers`.
    case leftovers
    /// A worker waits until what a command has left is out of its way: `moved`.
    case leave
    /// A worker notes its runs in a file of their own.
    case note
    /// A worker can be told to ask before each run, and not to: `ask`, `asked` and `pass`.
    case ask
    /// A worker judges whether a slot is too late to be run: `late`.
    case deadline
    /// A worker runs slots that came due before it was there, one after the other.
    case owed
    /// A call can have an event that is longer than a message: `event`.
    case event

    fileprivate var bit: UInt32 {
        switch self {
        case .gates: 1
        case .leftovers: 2
        case .leave: 4
        case .note: 8
        case .ask: 16
        case .deadline: 32
        case .owed: 64
        case .event: 128
        }
    }
}

package struct Features: Hashable, Sendable {
    private var bits: UInt32 = 0

    package static var none: Features { Features() }
    /// Those that this program has.
    package static var all: Features {
        var all = Features()
        for feature in Feature.allCases { all.bits |= feature.bit }
        return all
    }

    package func include(_ feature: Feature) -> Bool { bits & feature.bit != 0 }

    package func without(_ feature: Feature) -> Features {
        var rest = self
        rest.bits &= ~feature.bit
        return rest
    }
}

// MARK: - On the wire

extension Features {
    /// Separated by commas.
    var names: String {
        var names = ""
        for feature in Feature.allCases where include(feature) {
            names += (names.isEmpty ? "" : ",") + feature.rawValue
        }
        return names
    }

    /// A name that is not known is ignored: the other side may be newer.
    init(names: String) {
        var name = ""
        for scalar in names.unicodeScalars {
            if scalar == "," {
                add(name)
                name = ""
            } else {
                name.unicodeScalars.append(scalar)
            }
        }
        add(name)
    }

    private mutating func add(_ name: String) {
        if let feature = Feature(rawValue: name) { bits |= feature.bit }
    }
}
