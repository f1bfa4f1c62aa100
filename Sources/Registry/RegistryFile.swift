/// A file of a registry as the daemon read it. This module opens no file itself.
package struct RegistryFile: Sendable {
    package var path: String
    package var bytes: [UInt8]
    /// The file itself was named on the command line. A file found in a directory is ignored if it has no `namespace`;
    /// in a file that was named this is an error.
    package var isNamed: Bool

    package init(path: String, bytes: [UInt8], isNamed: Bool = false) {
        (self.path, self.bytes, self.isNamed) = (path, bytes, isNamed)
    }
}
