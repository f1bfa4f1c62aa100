/// The options of a worker's program, each of which stands alone on its command line.
package enum WorkerOption: String, CaseIterable, Sendable {
    /// Prints its catalog, a line `function NAME` each, and exits.
    case catalog = "--catalog"
    /// Answers the `FunctionCheck`s of its standard input, and exits.
    case check = "--check"
    case version = "--version"
    case help = "--help"
    case shortHelp = "-h"

    package var help: String {
        switch self {
        case .catalog: "Print the functions"
        case .check: "Say whether functions in Lua can be loaded, to cronsupd"
        case .version: "Print the version"
        case .help, .shortHelp: "Print the help"
        }
    }
}
