package import Clocks
import Journal

/// How the ledger is kept.
package struct LedgerSettings: Sendable {
    /// The program.
    package var program: String
    /// The state directory of the system or of the user.
    package var place: String
    /// The registry's directory in it.
    package var key: String
    /// Without one nothing is to be started.
    package var isRequired = false
    /// The place may be on other machines too.
    package var allowsNetwork = false
    /// In bytes, of the database.
    package var size: Int64
    /// In bytes; `nil`: as the memory allows.
    package var journalSize: Int?
    /// When it is committed so that it survives a loss of power: `1s`, `off` or `always`.
    package var sync: String
    /// So long is it waited for: at the start, and at the end.
    package var patience = usualPatience

    package init(program: String, place: String, key: String, size: Int64, sync: String) {
        (self.program, self.place, self.key, self.size, self.sync) = (program, place, key, size, sync)
    }

    package static let usualPatience = Nanoseconds.seconds(10)
    package static let leastSize = Int64(1 << 20)
    package static let usualSize = Int64(1 << 30)
    package static let journalSizes = Int64(JournalWriter.fewestBytes)...Int64(JournalWriter.mostBytes)
}
