/// Whether the programs and directories of commands are there: this module makes no system calls of its own. They may come
/// later, so that what is missing is no error.
package struct ProgramSource: Sendable {
    package enum Finding: Hashable, Sendable {
        case there
        case missing
        /// Something that cannot be run, or entered.
        case unfit(String)
    }

    /// Where a name without a slash is looked for, and from where parts of it count that are relative.
    package struct Search: Sendable {
        /// `nil`: there is no PATH.
        package let path: String?
        package let directory: String?

        package init(path: String?, directory: String?) { (self.path, self.directory) = (path, directory) }
    }

    /// The PATH that the daemon gives its jobs; `nil`: none.
    package let inheritedPath: String?
    private let findProgram: @Sendable (String, Search) -> Finding
    private let findDirectory: @Sendable (String) -> Finding

    package init(
        inheritedPath: String?, program: @escaping @Sendable (String, Search) -> Finding,
        directory: @escaping @Sendable (String) -> Finding
    ) {
        (self.inheritedPath, findProgram, findDirectory) = (inheritedPath, program, directory)
    }

    package func program(_ name: String, _ search: Search) -> Finding { findProgram(name, search) }
    package func directory(_ path: String) -> Finding { findDirectory(path) }

    /// All that is asked for is there.
    package static var unasked: ProgramSource {
        ProgramSource(inheritedPath: nil, program: { _, _ in .there }, directory: { _ in .there })
    }
}
