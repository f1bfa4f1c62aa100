/// Which daemon is asked, as far as a command line says so.
package struct NamedDaemon: Hashable, Sendable {
    /// What `--registry` says.
    package var registry: String?
    /// What `--daemon` says.
    package var key: String?
    /// What `--runtime-directory` says.
    package var place: String?

    package init() {}
}
