/// The command line of cronledger, which a daemon writes.
package struct LedgerOptions: Hashable, Sendable {
    /// The directory with the journal.
    package var memory = ""
    /// The directory with the database.
    package var state = ""
    /// Where the sockets of the daemon are; `nil`: nobody can ask.
    package var runtime: String?
    /// Of the database, in bytes.
    package var size = Int64(1 << 30)
    package var sync = Sync.second
    /// The database may be where other machines reach it too.
    package var allowsNetwork = false
    /// Groups, by their numbers.
    package var operators: String?
    package var observers: String?

    /// When a commit is to outlive a loss of power.
    package enum Sync: String, Hashable, Sendable, CaseIterable {
        /// Once a second, with all before it.
        case second = "1s"
        case off
        case always
    }

    package struct UsageError: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String
    }

    package static let usage = """
        usage: cronledger --memory DIR --state DIR [--runtime DIR] [--size BYTES] [--sync 1s|off|always]
                          [--network-file-system] [--operators GID] [--observers GID]
               cronledger --read PATH

        With --read it answers about a ledger that perhaps nobody keeps, for cronsupctl --read, with whom the standard input
        connects it. Else it keeps the ledger of a cronsupd, which starts it:
        the standard input is a socket whose other end the daemon has.

        """

    package init() {}

    package init(_ arguments: [String]) throws(UsageError) {
        var rest = arguments[...]
        while let name = rest.popFirst() {
            if name == "--network-file-system" {
                allowsNetwork = true
                continue
            }
            guard let value = rest.popFirst() else { throw UsageError(description: "\(name) has no value") }
            try take(name, value)
        }
        for (name, value) in [("--memory", memory), ("--state", state)] where !value.hasPrefix("/") {
            throw UsageError(description: "\(name) \"\(value)\" is no absolute path")
        }
    }

    private mutating func take(_ name: String, _ value: String) throws(UsageError) {
        switch name {
        case "--memory": memory = value
        case "--state": state = value
        case "--runtime": runtime = value
        case "--operators": operators = value
        case "--observers": observers = value
        case "--size":
            guard let size = Int64(value), size > 0 else {
                throw UsageError(description: "--size \"\(value)\" is no number of bytes")
            }
            self.size = size
        case "--sync":
            guard let sync = Sync(rawValue: value) else {
                throw UsageError(description: "--sync \"\(value)\" is none of 1s, off and always")
            }
            self.sync = sync
        default: throw UsageError(description: "no option \(name)")
        }
    }
}
