/// The options of a worker's program, each of which stands alone on its command line.
package enum WorkerOption {
    /// Prints its catalog, a line `function NAME` each, and exits.
    package static let catalog = "--catalog"
    /// Answers the `FunctionCheck`s of its standard input, and exits.
    package static let check = "--check"
    package static let version = "--version"
    package static let help = "--help"
    package static let shortHelp = "-h"

    // No enumeration of cases, whose conformances would cost each worker memory.
    package static var all: [(name: String, meaning: String)] {
        [
            (catalog, "Print the functions"), (check, "Say whether functions in Lua can be loaded, to cronsupd"),
            (version, "Print the version"), (help, "Print the help"), (shortHelp, "Print the help"),
        ]
    }
}
