package import Clocks
import Host
import Kernel
package import Logging
package import Values

/// What the command line asks for.
package struct Configuration: Sendable {
    package var registry: String
    /// What this daemon is called among those of this machine; `nil`: by its registry's path.
    package var instance: String?
    package var worker: String
    /// `nil`: `journal` where the standard output leads to the journal, else `text`.
    package var logFormat: LogFormat?
    package var logLevel: Logger.Level
    package var stopTimeout: Nanoseconds
    /// `nil`: nothing is to be started.
    package var runtimeDirectory: String?
    /// If not, it is the usual one.
    package var isRuntimeDirectoryNamed: Bool
    /// Users besides root whose files root reads and runs: names or numbers.
    package var trustedOwners: [String]
    /// A function that is run by itself, and needs to be in no other's service.
    package var function: EntryID?
    /// The groups whose members may do all through the control socket, or ask: names or numbers.
    package var operators: String?
    package var observers: String?
    /// So many slots that came due without a daemon are made up for at a time.
    package var catchUpAtOnce = Self.usualCatchUpAtOnce
    /// The registry alone is looked at, and nothing of this machine.
    package var isOffline = false
    /// A change of its files reloads the registry after so long without another one. `nil`: only a signal does.
    package var quiet: Nanoseconds?
    /// Where the registry that was accepted last is kept, to run at a start that finds errors. `nil`: nowhere.
    package var stateDirectory: String?
    /// `nil`: no ledger is kept.
    package var ledger: LedgerSettings?
    /// Notes about the registry are errors, but for those with these names. `nil`: they are notes.
    package var allowedNotes: [String]?

    /// The name of this daemon's directories.
    package var key: String { instance ?? RuntimePlace.key(of: registry) }

    package static let usualCatchUpAtOnce = max(4, 2 * MachineIdentity.processorCount)

    package init(
        registry: String, worker: String, logFormat: LogFormat?, logLevel: Logger.Level, stopTimeout: Nanoseconds,
        runtimeDirectory: String?, isRuntimeDirectoryNamed: Bool = true, trustedOwners: [String] = [],
        allowedNotes: [String]? = nil
    ) {
        (self.registry, self.worker) = (registry, worker)
        (self.logFormat, self.logLevel, self.stopTimeout) = (logFormat, logLevel, stopTimeout)
        (self.runtimeDirectory, self.isRuntimeDirectoryNamed) = (runtimeDirectory, isRuntimeDirectoryNamed)
        self.trustedOwners = trustedOwners
        self.allowedNotes = allowedNotes
    }
}
