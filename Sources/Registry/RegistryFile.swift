/// A file of a registry as the daemon read it. This module opens no file itself.
package struct RegistryFile: Sendable {
    package var path: String
    package var bytes: [UInt8]
    /// Somebody named this very file. One that a directory merely holds is passed over if it has no `namespace`; from
    /// a named one that is an error.
    package var isNamed: Bool

    package init(path: String, bytes: [UInt8], isNamed: Bool = false) {
        (self.path, self.bytes, self.isNamed) = (path, bytes, isNamed)
    }
}
